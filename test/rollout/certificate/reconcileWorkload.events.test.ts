import { describe, expect, it } from "vitest";
import { WorkloadBed } from "./WorkloadBed.ts";

const UNSETTLED = { status: { updatedReplicas: 1 } };

describe("reconcileWorkload", () => {
  it.each<[event: string, phase: string, more: object]>([
    ["CanaryStarted", "canary", {}],
    ["CanaryPassed", "rolling", {}],
    ["RolloutStarted", "rolling", { policy: "rolling" }],
    ["RolledOut", "done", {}],
    ["RollingBack", "rolling-back", { reason: "TimedOut", message: "late" }],
    ["RolledBack", "rolled-back", { reason: "TimedOut", message: "late" }],
  ])("emits the Event %s in the phase %s (%j)", async (event, phase, more) => {
    const bed = new WorkloadBed();
    bed.deployment(UNSETTLED, bed.state(phase, more));
    await bed.run();
    expect(bed.events).toEqual([event]);
  });

  it.each<[emits: string, when: string, ageMs: number, more: object]>([
    ["emits an", "30 minutes after the phase began", 1_800_000, {}],
    ["emits no", "more than 30 minutes after the phase began", 1_800_001, {}],
    ["emits no", "for the rollout of another Certificate", 0, { certificate: "other-tls" }],
  ])("%s Event %s", async (emits, _, ageMs, more) => {
    const bed = new WorkloadBed();
    bed.deployment({}, bed.state("done", { since: bed.api.now - ageMs, ...more }));
    await bed.run();
    expect(bed.events.includes("RolledOut")).toBe(emits === "emits an");
  });

  it("takes its step although the API server refuses the Event", async () => {
    const bed = new WorkloadBed();
    bed.deployment({}, bed.state("rolling"));
    bed.api.refuse = ({ path }) => (path.includes("/events") ? { status: 403, body: { message: "quota" } } : undefined);
    await bed.run();
    expect(bed.observed).toEqual(["refused", "finish"]);
  });
});
