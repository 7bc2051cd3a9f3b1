import { encodeBundle, trustHash } from "../../trust/bundle.ts";
import type { SyncGoal } from "../goal/SyncConfig.ts";
import { canaryUrl, purposeOf, targetName } from "../target/SyncTarget.ts";
import type { Observation } from "./Observation.ts";
import type { Step } from "./Step.ts";

/**
 * Returns the observation after a step that succeeds, so that a dry run plans without writing. Time advances by one
 * millisecond, which orders a test after the write before it.
 */
export function simulateStep(observation: Observation, step: Step, { cluster }: SyncGoal): Observation {
  const now = observation.now + 1;
  if (step.kind === "renew-capability") return { ...observation, now, capability: { isAsked: true, isRefused: false } };
  if (step.kind === "try-canary") {
    const { purpose, roots, base } = step;
    const passed = { bundleHash: trustHash(roots), base, at: now, result: "passed", message: "" } as const;
    const [url, bundle] = [canaryUrl(purpose, base, cluster), encodeBundle(roots)];
    const { reachabilityTests: before = [] } = observation;
    const limit = step.decides === "break-glass" ? { cutOffLimitMs: 0 } : {};
    const reachabilityTests = step.decides === undefined ? before : [...before, { ...passed, ...limit }];
    const targets = observation.targets.map((it) =>
      it.isCanary && purposeOf(it) === purpose
        ? { ...it, hooks: it.hooks.map(({ name }) => ({ name, url, bundle })) }
        : it,
    );
    return {
      ...observation,
      now,
      targets,
      [purpose === "webhooks" ? "canaryTest" : "conversionTest"]: passed,
      reachabilityTests,
    };
  }
  if (!("write" in step)) return observation;
  const { target, hooks, state } = step.write;
  const targets = observation.targets.map((it) =>
    targetName(it) === targetName(target) ? { ...it, hooks, state, stateFaults: [] } : it,
  );
  return { ...observation, now, targets };
}
