import canonicalize from "canonicalize";

/**
 * Writes a JSON value in canonical form (RFC 8785): sorted members, no white space, numbers as ECMAScript writes them. Two
 * equal values have the same text. A lone surrogate, which has no form in UTF-8, becomes U+FFFD as in the API server.
 */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(wellFormed(value));
  if (text === undefined) throw new TypeError("the value has no form in JSON");
  return text;
}

/** The value itself, or a copy whose strings have no lone surrogates. */
function wellFormed(value: unknown): unknown {
  const text = JSON.stringify(value);
  // JSON.stringify writes a lone surrogate as an escape of `\ud8..` to `\udf..` (ECMA-262, QuoteJSONString).
  if (text === undefined || !/\\ud[89a-f]/.test(text)) return value;
  return JSON.parse(text, (_key, member: unknown) => {
    if (typeof member === "string") return member.toWellFormed();
    if (typeof member !== "object" || member === null || Array.isArray(member)) return member;
    return Object.fromEntries(Object.entries(member).map(([name, inner]) => [name.toWellFormed(), inner]));
  });
}
