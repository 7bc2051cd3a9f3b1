import { writeJson } from "../../protocol/json/writeJson.ts";
import type { SkippedPath } from "../manifests/findInputFiles.ts";
import type { JudgedObject } from "./JudgedObject.ts";
import { isSecret, withoutValue } from "./withoutValues.ts";

/** The verdict on an object as a line of JSON. `allowed` is null when no policy was asked. */
export function reviewJson({ located, verdict }: JudgedObject): string {
  const { file, line, review, notes } = located;
  const { namespace, name, kind } = review;
  const { result, denials, warnings, audit, policies } = verdict;
  const patch = isSecret(review) ? verdict.patch.map(withoutValue) : verdict.patch;
  return `${writeJson({
    file,
    line,
    kind: kind.kind,
    namespace,
    name,
    result,
    allowed: result === "not judged" ? null : result === "allowed",
    message: denials.join("\n"),
    warnings,
    audit,
    policies,
    patch,
    notes,
  })}\n`;
}

/** A path that was not read as a line of JSON. */
export function skippedJson({ file, why, reason }: SkippedPath): string {
  return `${JSON.stringify({ file, result: why, reason })}\n`;
}
