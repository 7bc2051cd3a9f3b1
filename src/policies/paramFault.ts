import type * as z from "zod/mini";
import type { JsonObject } from "../protocol/Json.ts";

/** What people call the types of parameters. */
const NAMES: Readonly<Record<string, string>> = {
  array: "a list",
  object: "an object",
  record: "an object",
  string: "a text",
};

/**
 * The first fault of parameters: the path of the parameter, and what is wrong with it. `given` are the parameters, and `known`
 * the names of all.
 */
export function paramFault(
  error: z.core.$ZodError,
  given: JsonObject,
  known: readonly string[],
): [path: string, fault: string] {
  const [issue] = error.issues;
  if (issue === undefined) return ["", "is not valid"];
  const [first] = issue.path;
  if (
    issue.code === "invalid_type" &&
    issue.path.length === 1 &&
    typeof first === "string" &&
    given[first] === undefined
  )
    return [first, `is missing: expected ${NAMES[issue.expected] ?? issue.expected}`];
  if (issue.code !== "unrecognized_keys") return [issue.path.join("."), faultOf(issue)];
  const path = [...issue.path, ...issue.keys.slice(0, 1)].join(".");
  return [path, issue.path.length > 0 ? "is unknown" : `is unknown; known are ${known.join(", ")}`];
}

function faultOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "custom":
    case "invalid_format":
      return issue.message;
    case "invalid_type":
      return `is not valid: expected ${issue.expected}`;
    case "invalid_value":
      return `is not valid: expected one of ${issue.values.map(String).join(", ")}`;
    case "invalid_key":
      return issue.issues[0] === undefined ? "is not valid" : faultOf(issue.issues[0]);
    case "too_small":
      return `is not valid: ${issue.origin === "array" || issue.origin === "string" ? "it is empty" : `expected at least ${issue.minimum}`}`;
    case "too_big":
      return `is not valid: expected at most ${issue.maximum}`;
    default:
      return "is not valid";
  }
}
