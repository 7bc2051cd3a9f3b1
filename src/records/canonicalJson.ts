import canonicalize from "canonicalize";
import { writeJson } from "../protocol/json/writeJson.ts";

/**
 * Writes a JSON value in canonical form (RFC 8785): sorted members, no white space, numbers as ECMAScript writes them. Two
 * equal values have the same text. A lone surrogate, which has no form in UTF-8, becomes U+FFFD as in the API server; a
 * bigint becomes a number, or null where no number is that large. Throws `TypeError` for a value without a form in JSON, and `RangeError` for a value that has one
 * of these and is too deep.
 */
export function canonicalJson(value: unknown): string {
  const text = canonicalOf(value) ?? canonicalize(plain(value));
  if (text === undefined) throw new TypeError("the value has no form in JSON");
  return text;
}

/** Undefined for a value with a lone surrogate or a bigint. */
function canonicalOf(value: unknown): string | undefined {
  try {
    return canonicalize(value);
  } catch {
    return undefined;
  }
}

/** A copy without lone surrogates and bigints. */
function plain(value: unknown): unknown {
  const text: string | undefined = writeJson(value);
  return text === undefined
    ? undefined
    : JSON.parse(text, (_key, member: unknown) => {
        if (typeof member === "string") return member.toWellFormed();
        if (typeof member === "number") return Number.isFinite(member) ? member : null;
        if (typeof member !== "object" || member === null || Array.isArray(member)) return member;
        return Object.fromEntries(Object.entries(member).map(([name, inner]) => [name.toWellFormed(), inner]));
      });
}
