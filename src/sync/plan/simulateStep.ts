import { encodeBundle, trustHash } from "../../trust/bundle.ts";
import type { SyncGoal } from "../goal/SyncConfig.ts";
import { canaryUrl, purposeOf, targetName } from "../target/SyncTarget.ts";
import type { Observation } from "./Observation.ts";
import type { Step } from "./Step.ts";

/**
 * What would be observed after a step if all went well: how a plan is made without writing. Time does not pass, but for
 * the millisecond that tells a test from the write before it.
 */
export function simulateStep(observation: Observation, step: Step, { cluster }: SyncGoal): Observation {
  const now = observation.now + 1;
  if (step.kind === "try-canary") {
    const { purpose, roots, base } = step;
    const passed = { bundleHash: trustHash(roots), base, at: now, result: "passed", message: "" } as const;
    const [url, bundle] = [canaryUrl(purpose, base, cluster), encodeBundle(roots)];
    const { glassTests: before = [] } = observation;
    const patience = step.glass === "break" ? { patience: 0 } : {};
    const glassTests = step.glass === undefined ? before : [...before, { ...passed, ...patience }];
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
      glassTests,
    };
  }
  if (!("write" in step)) return observation;
  const { target, hooks, state } = step.write;
  const targets = observation.targets.map((it) =>
    targetName(it) === targetName(target) ? { ...it, hooks, state } : it,
  );
  return { ...observation, now, targets };
}
