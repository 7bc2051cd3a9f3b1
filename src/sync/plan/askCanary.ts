import { trustHash } from "../../trust/bundle.ts";
import type { Certificate } from "../../trust/x509/Certificate.ts";
import type { Finding } from "../Finding.ts";
import { type CallPurpose, purposeOf, type SyncTarget, targetName } from "../target/SyncTarget.ts";
import type { CanaryTest, Observation } from "./Observation.ts";
import type { Step, TargetStep } from "./Step.ts";

/** The bundle and URL to test, and the reason for the test. */
export interface CanaryQuestion {
  readonly purpose: CallPurpose;
  readonly roots: readonly Certificate[];
  readonly base: string;
  readonly reason: string;
  /** Tests that ended before this time are ignored. In milliseconds since 1970. */
  readonly after?: number;
}

/** Returns this run's canary test of a bundle and URL, or the step that makes one. */
export function askCanary(observation: Observation, question: CanaryQuestion): CanaryTest | Step {
  const { purpose, roots, base, reason, after = Number.NEGATIVE_INFINITY } = question;
  const test = lastTest(observation, purpose);
  const matches = test?.bundleHash === trustHash(roots) && test.base === base && test.at > after;
  return matches ? test : { kind: "try-canary", purpose, roots, base, reason };
}

/** The last test of this run for a purpose. */
export function lastTest({ canaryTest, conversionTest }: Observation, purpose: CallPurpose): CanaryTest | undefined {
  return purpose === "webhooks" ? canaryTest : conversionTest;
}

/**
 * Checks that the canary accepted a bundle and URL before they are written to a target. Returns undefined when it did, the
 * step that tests them when no test exists, or the finding of the test.
 */
export function requireCanary(
  target: SyncTarget,
  observation: Observation,
  { roots, base, reason }: Pick<CanaryQuestion, "roots" | "base" | "reason">,
): TargetStep | undefined {
  const purpose = purposeOf(target);
  const test = askCanary(observation, { purpose, roots, base, reason: `${targetName(target)}: ${reason}` });
  if ("kind" in test) return test;
  return test.result === "passed" ? undefined : { findings: [canaryFinding(target, test)] };
}

/** The finding about a target whose canary test did not pass. */
export function canaryFinding(target: SyncTarget, { result, message }: CanaryTest): Finding {
  return { code: result === "failed" ? "canary-failed" : "canary-unknown", about: targetName(target), message };
}
