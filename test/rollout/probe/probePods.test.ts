import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { probePods } from "../../../src/rollout/probe/probePods.ts";
import { type PodView, readPod } from "../../../src/rollout/workload/PodView.ts";

const FAILED = { ok: false, reason: "no answer" } as const;

function podsNamed(count: number): PodView[] {
  return Array.from({ length: count }, (_, index) => readPod({ metadata: { name: `p${index}`, uid: "u" } })).filter(
    (pod) => pod !== undefined,
  );
}

/** Probes as many Pods. `isServing` decides by the number of the Pod. */
async function probed(count: number, isServing: (index: number) => boolean) {
  const pods = podsNamed(count);
  let [open, most] = [0, 0];
  const results = await probePods(pods, async (pod) => {
    open += 1;
    most = Math.max(most, open);
    await nextTurn();
    open -= 1;
    return isServing(pods.indexOf(pod)) ? { ok: true } : FAILED;
  });
  return { results, most };
}

describe("probePods", () => {
  it("probes at most 32 Pods at a time", async () => {
    expect((await probed(1_000, () => true)).most).toBe(32);
  });

  it.each([
    ["no Pod", 0, () => true, 0],
    ["Pods that all serve", 1_000, () => true, 1_000],
    ["Pods of which a few fail", 1_000, (index: number) => index >= 63, 1_000],
    ["few Pods that all fail", 50, () => false, 50],
  ])("asks all of %s", async (_, count, isServing, asked) => {
    expect((await probed(count, isServing)).results.size).toBe(asked);
  });

  it.each([
    ["fail", () => false],
    ["fail behind Pods that serve", (index: number) => index < 500],
  ])("asks no more Pods once many %s", async (_, isServing) => {
    const { results } = await probed(2_000, isServing);
    const failed = [...results.values()].filter(({ ok }) => !ok).length;
    expect(failed).toBeGreaterThanOrEqual(64);
    // Those that were open at that time end.
    expect(failed).toBeLessThan(64 + 32);
  });
});
