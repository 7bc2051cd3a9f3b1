import type { Certificate } from "../trust/Certificate.ts";
import { trustHash } from "./liveRoots.ts";
import type { CanaryTest, Observation } from "./Observation.ts";
import type { Finding, Step } from "./Step.ts";
import { type SyncTarget, targetName } from "./SyncTarget.ts";

/** What a bundle and a URL are tried for. */
export interface CanaryQuestion {
  readonly roots: readonly Certificate[];
  readonly base: string;
  readonly reason: string;
  /** An older test does not count. In milliseconds since 1970. */
  readonly after?: number;
}

/** Whether the canary has carried a bundle and a URL: its test, or the step that makes one. */
export function askCanary({ canaryTest }: Observation, question: CanaryQuestion): CanaryTest | Step {
  const { roots, base, reason, after = Number.NEGATIVE_INFINITY } = question;
  const isAbout = canaryTest?.bundleHash === trustHash(roots) && canaryTest.base === base && canaryTest.at > after;
  return isAbout ? canaryTest : { kind: "try-canary", roots, base, reason };
}

/** What to say of a target when its bundle and URL were tried in vain. */
export function canaryFinding(target: SyncTarget, { result, message }: CanaryTest): Finding {
  return { code: result === "failed" ? "canary-failed" : "canary-unknown", about: targetName(target), message };
}
