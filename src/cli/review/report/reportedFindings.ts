import type { FindingEffect, PolicyVerdict } from "../../../protocol/review/Verdict.ts";
import type { JudgedObject } from "../JudgedObject.ts";

/** What a finding means for a pipeline. */
export type FindingLevel = "error" | "warning" | "note";

/** A finding of an object, for reports of pipelines. */
export interface ReportedFinding {
  readonly policy: string;
  readonly effect: FindingEffect;
  readonly level: FindingLevel;
  readonly message: string;
  /** The path in the object. */
  readonly at: string | undefined;
  /** The exception that permits it, in one line. */
  readonly exception: string | undefined;
}

/** Stands for the gate itself, in the place of a policy. No policy has such a name. */
export const GATE_RULE = "postern.gate";

const LEVELS: Readonly<Record<FindingEffect, FindingLevel>> = {
  deny: "error",
  existing: "warning",
  warn: "warning",
  excepted: "note",
  "would-deny": "note",
  "would-warn": "note",
  "would-patch": "note",
};

/**
 * The findings of an object, without those that its owners have. A policy that does not judge the version of the object
 * makes the exit code 1 in any mode, so that is an error in any mode.
 */
export function reportedFindings({ verdict }: Pick<JudgedObject, "verdict">): ReportedFinding[] {
  const found = verdict.policies.flatMap(({ policy, result, exception, findings }: PolicyVerdict) =>
    findings.map(
      ({ effect, message, at }): ReportedFinding => ({
        policy,
        effect,
        level: result === "other-version" ? "error" : LEVELS[effect],
        message: effect === "would-patch" ? `would patch: ${message}` : message,
        at,
        exception: effect === "excepted" || effect === "would-patch" ? exception : undefined,
      }),
    ),
  );
  if (verdict.result !== "denied" || found.some(({ level }) => level === "error")) return found;
  const message = verdict.denials.join("\n");
  return [
    { policy: GATE_RULE, effect: "deny", level: "error", message, at: undefined, exception: undefined },
    ...found,
  ];
}
