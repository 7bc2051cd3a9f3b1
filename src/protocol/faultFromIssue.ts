import type * as z from "zod/mini";
import type { DecodeFault } from "./review/DecodeResult.ts";

/**
 * Turns an issue of zod into a fault with a readable text. Does not use zod's locale tables, which would enlarge the
 * edge bundle. The text never contains the value: answers do not repeat input from requests.
 */
export function faultFromIssue(issue: z.core.$ZodIssue): DecodeFault {
  return { path: issue.path.map(String).join(".") || "(body)", expected: expectation(issue), about: "shape" };
}

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return `expected ${withArticle(issue.expected)}`;
    case "invalid_value":
      return `expected ${issue.values.map((value) => JSON.stringify(value)).join(" or ")}`;
    case "too_small":
      return `expected at least ${amount(issue.minimum, issue.origin)}`;
    case "too_big":
      return `expected at most ${amount(issue.maximum, issue.origin)}`;
    case "unrecognized_keys":
      return `unknown ${issue.keys.length === 1 ? "key" : "keys"} ${issue.keys.map((key) => JSON.stringify(key)).join(", ")}`;
    default:
      return issue.message;
  }
}

/** A number by itself, the length of a text in characters, or that of a list in items. */
function amount(count: number | bigint, origin: string): string {
  if (origin !== "string" && origin !== "array") return `${count}`;
  return `${count} ${origin === "array" ? "item" : "character"}${count === 1 ? "" : "s"}`;
}

function withArticle(noun: string): string {
  return /^[aeiou]/.test(noun) ? `an ${noun}` : `a ${noun}`;
}
