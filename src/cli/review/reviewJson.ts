import type { GroupVersionKind } from "../../protocol/review/Review.ts";
import type { SkippedPath } from "../manifests/findInputFiles.ts";
import type { InputFault } from "../terminal/InputFault.ts";
import { jsonLine } from "../terminal/jsonLine.ts";
import type { JudgedObject } from "./JudgedObject.ts";
import { shownPatch } from "./shownPatch.ts";

/** The verdict on an object as a line of JSON. `allowed` is null when no policy was asked. */
export function reviewJson(judged: JudgedObject): string {
  const { located, verdict, covered } = judged;
  const { file, line, review, notes } = located;
  const { namespace, name, kind, subresource, operation } = review;
  const { result, denials, warnings, audit, policies, exceptions } = verdict;
  return jsonLine({
    file,
    line,
    apiVersion: apiVersionOf(kind),
    kind: kind.kind,
    namespace,
    name,
    subresource,
    operation,
    result,
    allowed: result === "not judged" ? null : result === "allowed",
    message: denials.join("\n"),
    warnings,
    audit,
    policies,
    exceptions,
    covered: covered.map(({ policy, by }) => ({
      policy,
      apiVersion: apiVersionOf(by.kind),
      kind: by.kind.kind,
      namespace: by.namespace,
      name: by.name,
    })),
    patch: shownPatch(judged),
    notes,
  });
}

function apiVersionOf({ group, version }: GroupVersionKind): string {
  return group === "" ? version : `${group}/${version}`;
}

/** A path that was not read as a line of JSON. */
export function skippedJson({ file, why, reason }: SkippedPath): string {
  return jsonLine({ file, result: why, reason });
}

/** An input that cannot be read as a line of JSON. `line` is null for a whole file. */
export function unreadableJson({ file, line, message }: InputFault): string {
  return jsonLine({ file, line: line ?? null, result: "unreadable", reason: message });
}
