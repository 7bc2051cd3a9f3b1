import type { PolicyFinding } from "../../../protocol/review/Verdict.ts";
import type { MessagePattern } from "../table/messagePattern.ts";
import type { Expectation, ExpectedPatch } from "../table/TestTable.ts";
import type { Judgement } from "./PolicyJudge.ts";
import { sameJson } from "./sameJson.ts";

/** What a case expects of a judgement. */
export interface Expected {
  readonly expect: Expectation;
  readonly message?: MessagePattern | undefined;
  readonly patch?: ExpectedPatch | undefined;
}

/** Why a case failed. */
export interface Failure {
  /** One sentence, and what to do. */
  readonly reason: string;
  /** What was expected and what came, to be compared line by line. */
  readonly compare?: { readonly expected: unknown; readonly came: unknown };
}

/** Compares a judgement with what is expected of it; undefined where they agree. */
export function failureOf(expected: Expected, judgement: Judgement, policy: string): Failure | undefined {
  const { expect, message, patch } = expected;
  const { came, miss, error } = judgement;
  if (came === "failed") return { reason: `the policy ${policy} failed: ${error}` };
  if (came === "not judged") {
    if (expect === "not judged") return undefined;
    return { reason: `the match of ${policy} never reached the object: ${miss?.text}` };
  }
  if (expect === "not judged") return { reason: `${policy} was asked: its match reaches the object` };
  if (!agrees(expect, judgement)) return { reason: differenceText(expect, judgement, policy) };
  const said = findingsFor(expect, judgement.findings);
  if (message !== undefined && !said.some((finding) => message.test(finding.message)))
    return {
      reason: `no message of ${policy} ${message.source.startsWith("/") ? "matches" : "contains"} the text`,
      compare: { expected: message.source, came: said.map((finding) => finding.message).join("\n") },
    };
  if (patch !== undefined && !sameJson(patch, judgement.patch))
    return { reason: "the patch is another one", compare: { expected: patch, came: judgement.patch } };
  return undefined;
}

function agrees(expect: Expectation, { came, patch }: Judgement): boolean {
  // A mutator may also warn.
  if (expect === "changed") return came !== "denied" && patch.length > 0;
  if (expect === "unchanged") return came !== "denied" && patch.length === 0;
  return came === expect;
}

function differenceText(expect: Expectation, { came, patch }: Judgement, policy: string): string {
  if (expect === "allowed" && came === "changed")
    return `${policy} changed the object; write expect: changed, or look at the patch`;
  if (expect === "unchanged" && patch.length > 0) return `${policy} changed the object`;
  if (expect === "changed" && came !== "denied") return `${policy} changed nothing`;
  const did = {
    denied: "denied it",
    warned: "warned, and did not deny",
    allowed: "said nothing",
    changed: "said nothing",
  };
  return `${policy} ${came === "failed" || came === "not judged" ? came : did[came]}`;
}

/** The findings that a message can be of. */
function findingsFor(expect: Expectation, findings: readonly PolicyFinding[]): readonly PolicyFinding[] {
  const effects: readonly string[] = expect === "denied" ? ["deny"] : ["warn", "existing"];
  return findings.filter(({ effect }) => effects.includes(effect));
}
