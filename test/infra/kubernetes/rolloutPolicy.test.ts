import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { WORKLOAD_KINDS } from "../../../src/rollout/workload/WorkloadRef.ts";
import { RolloutWorld } from "../../rollout/RolloutWorld.ts";

const file = new URL("../../../infra/kubernetes/components/rollout/policy-workloads.yaml", import.meta.url);
/** The expression of the policy that a state must match. RE2's syntax of it is also JavaScript's. */
const [, pattern = ""] = /matches\(r'(\^\\\{"certificate".*\\\}\$)'\)/.exec(readFileSync(file, "utf8")) ?? [];

describe.each(WORKLOAD_KINDS)("the ValidatingAdmissionPolicy of the rollout controller, for a %s", (kind) => {
  it("allows every state that a rollout writes, with its members in this order", () => {
    const world = new RolloutWorld(kind, 3);
    const phases = new Set<string>();
    const note = (): void => {
      const text = world.object.metadata.annotations?.["postern.dev/rollout-state"];
      if (text === undefined) return;
      expect(text).toMatch(new RegExp(pattern));
      expect(text).toMatch(/"before":\{.*\},"superseded":/);
      phases.add(JSON.parse(text).phase);
    };
    const annotations = { "postern.dev/renewal-policy": "canary", "postern.dev/timeout-seconds": "60" };
    for (const revision of [1, 2, 3]) {
      world.served = (of) => (of === "3" ? 'bad "quoted" \\ text\n' : "");
      const more = revision === 2 ? { "postern.dev/rollout-request": "2026-01-01T00:00:00Z-abc" } : {};
      world.goal = { revision, serial: `a${revision}`, annotations: { ...annotations, ...more } };
      for (let count = 0; count < 60; count += 1) {
        world.tick();
        note();
      }
    }
    expect([...phases].sort()).toEqual(["canary", "done", "rolled-back", "rolling", "rolling-back"]);
  });
});

it.each(["{}", "", '{"certificate":"a"}', "x".repeat(10)])("the policy's expression refuses the state %j", (text) => {
  expect(pattern).not.toBe("");
  expect(text).not.toMatch(new RegExp(pattern));
});
