import { trustHash } from "../../trust/bundle.ts";
import type { Certificate } from "../../trust/x509/Certificate.ts";
import { type CallPurpose, purposeOf, type SyncTarget, targetName } from "../target/SyncTarget.ts";
import type { CanaryTest, Observation } from "./Observation.ts";
import type { Finding, Step } from "./Step.ts";
import type { TargetStep } from "./TargetStep.ts";

/** What a bundle and a URL are tried for. */
export interface CanaryQuestion {
  readonly purpose: CallPurpose;
  readonly roots: readonly Certificate[];
  readonly base: string;
  readonly reason: string;
  /** An older test does not count. In milliseconds since 1970. */
  readonly after?: number;
}

/** Whether the canary for a purpose has carried a bundle and a URL: its test, or the step that makes one. */
export function askCanary(observation: Observation, question: CanaryQuestion): CanaryTest | Step {
  const { purpose, roots, base, reason, after = Number.NEGATIVE_INFINITY } = question;
  const test = lastTest(observation, purpose);
  const isAbout = test?.bundleHash === trustHash(roots) && test.base === base && test.at > after;
  return isAbout ? test : { kind: "try-canary", purpose, roots, base, reason };
}

/** The last test of this run for a purpose. */
export function lastTest({ canaryTest, conversionTest }: Observation, purpose: CallPurpose): CanaryTest | undefined {
  return purpose === "webhooks" ? canaryTest : conversionTest;
}

/**
 * What stands between a target and a write: the step that tries it on the canary, or that it was tried in vain. Undefined
 * where the canary has carried it.
 */
export function tryFirst(
  target: SyncTarget,
  observation: Observation,
  { roots, base, reason }: Pick<CanaryQuestion, "roots" | "base" | "reason">,
): TargetStep | undefined {
  const purpose = purposeOf(target);
  const test = askCanary(observation, { purpose, roots, base, reason: `${targetName(target)}: ${reason}` });
  if ("kind" in test) return test;
  return test.result === "passed" ? undefined : { findings: [canaryFinding(target, test)] };
}

/** What to say of a target when its bundle and URL were tried in vain. */
export function canaryFinding(target: SyncTarget, { result, message }: CanaryTest): Finding {
  return { code: result === "failed" ? "canary-failed" : "canary-unknown", about: targetName(target), message };
}
