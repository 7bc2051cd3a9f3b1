import { describe, expect, it } from "vitest";
import { FieldReads } from "../../../src/policy/existing/FieldReads.ts";
import { onlyBookkeeping } from "../../../src/policy/existing/onlyBookkeeping.ts";

describe("onlyBookkeeping", () => {
  const object = (metadata: object, spec: object, more: object = {}) => ({ metadata, spec, ...more });
  const base = object({ name: "a", finalizers: ["x"] }, { replicas: 1, hostPID: true });
  it.each([
    ["a finalizer", object({ name: "a" }, base.spec), true, true],
    [
      "an owner and the deletion",
      object({ ...base.metadata, ownerReferences: [], deletionTimestamp: "t" }, base.spec),
      true,
      true,
    ],
    ["the status", object(base.metadata, base.spec, { status: {} }), true, true],
    [
      "the revision",
      object({ ...base.metadata, annotations: { "deployment.kubernetes.io/revision": "1" } }, base.spec),
      true,
      true,
    ],
    ["another annotation", object({ ...base.metadata, annotations: { a: "1" } }, base.spec), false, false],
    ["a label", object({ ...base.metadata, labels: { a: "1" } }, base.spec), false, false],
    ["the replicas", object(base.metadata, { ...base.spec, replicas: 2 }), true, false],
    ["another field", object(base.metadata, { ...base.spec, hostPID: false }), false, false],
    ["data", object(base.metadata, base.spec, { data: {} }), false, false],
  ])("for %s", (_, changed, withScaling, without) => {
    expect(onlyBookkeeping(base, changed, { reads: undefined, scaling: true })).toBe(withScaling);
    expect(onlyBookkeeping(base, changed, { reads: undefined, scaling: false })).toBe(without);
  });

  it("is false for a member that the policy reads", () => {
    const reads = new FieldReads();
    const [before, after] = [
      structuredClone(base),
      object(structuredClone(base.metadata), { ...base.spec, replicas: 2 }),
    ];
    void (reads.trackRoot(after) as typeof base).spec;
    expect(onlyBookkeeping(before, after, { reads, scaling: true })).toBe(true);
    void Reflect.get((reads.trackRoot(after) as typeof base).spec, "replicas");
    expect(onlyBookkeeping(before, after, { reads, scaling: true })).toBe(false);
  });
});
