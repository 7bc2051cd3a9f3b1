import type * as z from "zod/mini";
import { formatPath } from "../../../policy/define/formatPath.ts";
import { writeJson } from "../../../protocol/json/writeJson.ts";
import { typeOf } from "../../manifests/objectFault.ts";
import { closestName } from "../../terminal/closestName.ts";
import { KNOWN_FIELDS } from "./tableSchema.ts";

/** A fault of a value with its path, in words. */
export interface ShapeFault {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** The faults of a table or a case that its schema found, a line for each. `what` is what was read. */
export function shapeFaults(issues: readonly z.core.$ZodIssue[], value: unknown, what: "table" | "case"): ShapeFault[] {
  return issues.flatMap((issue) => {
    const path = issue.path.map((key) => (typeof key === "number" ? key : String(key)));
    if (issue.code === "unrecognized_keys")
      return issue.keys.map((key) => ({ path: [...path, key], message: unknownField(key, path, what) }));
    const place = formatPath(path);
    return [{ path, message: `${place === "" ? `the ${what}` : place} ${faultText(issue, valueAt(value, path))}` }];
  });
}

/** `"exepct" is no field of a case; did you mean expect?` */
function unknownField(key: string, path: readonly (string | number)[], what: "table" | "case"): string {
  const part = path[0] === "user" ? "user" : path[0] === "patch" ? "patch" : what;
  const known = KNOWN_FIELDS[part];
  const owner = { table: "a table", case: "a case", user: "user", patch: "an operation of a patch" }[part];
  const close = closestName(key, known);
  const hint = close === undefined ? `known are ${known.join(", ")}` : `did you mean ${close}?`;
  return `${JSON.stringify(key)} is no field of ${owner}; ${hint}`;
}

function faultText(issue: z.core.$ZodIssue, value: unknown): string {
  if (issue.code === "invalid_value") {
    const known = issue.values.map(String);
    if (value === undefined) return `is missing; one of ${known.join(", ")}`;
    const close = typeof value === "string" ? closestValue(value, known) : undefined;
    const written = typeof value === "object" ? typeOf(value) : writeJson(value);
    return `is ${written}; ${close === undefined ? `known are ${known.join(", ")}` : `did you mean ${close}?`}`;
  }
  const expected = expectedOf(issue);
  if (value === undefined) return `is missing; expected ${expected}`;
  if (issue.code === "too_small") return "is empty; write something, or leave it out";
  const quotes = expected === "a text" && (typeof value === "number" || typeof value === "boolean");
  return `is ${typeOf(value)}; expected ${expected}${quotes ? "; put quotes around it" : ""}`;
}

/** `denied` for `deneid` and for `deny`. */
function closestValue(value: string, known: readonly string[]): string | undefined {
  const stem = value.slice(0, 3).toLowerCase();
  return closestName(value, known) ?? (stem.length < 3 ? undefined : known.find((it) => it.startsWith(stem)));
}

function expectedOf(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_union") return "an object, or the path of a file that has one";
  if (issue.code !== "invalid_type") return "another value";
  const words: Readonly<Record<string, string>> = {
    string: "a text",
    array: "a list",
    object: "a map",
    record: "a map",
  };
  return words[issue.expected] ?? issue.expected;
}

function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  let at = value;
  for (const key of path) at = typeof at === "object" && at !== null ? Reflect.get(at, key) : undefined;
  return at;
}
