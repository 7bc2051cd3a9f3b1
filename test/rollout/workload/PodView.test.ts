import { describe, expect, it } from "vitest";
import { isPodOf } from "../../../src/rollout/workload/PodView.ts";

const DEPLOYMENT = { ref: { kind: "Deployment", name: "gate" }, uid: "d" } as const;
const SET = { ref: { kind: "StatefulSet", name: "gate" }, uid: "s" } as const;

describe("isPodOf", () => {
  it.each([
    ["a Deployment's ReplicaSet", DEPLOYMENT, { kind: "ReplicaSet", name: "gate-5d8c7f9b4", uid: "r" }, true],
    [
      "a Deployment whose name continues it",
      DEPLOYMENT,
      { kind: "ReplicaSet", name: "gate-canary-5d8c7", uid: "r" },
      false,
    ],
    ["a Deployment of another name", DEPLOYMENT, { kind: "ReplicaSet", name: "gateway-5d8c7", uid: "r" }, false],
    ["a ReplicaSet without a hash", DEPLOYMENT, { kind: "ReplicaSet", name: "gate", uid: "r" }, false],
    ["a controller of another kind", DEPLOYMENT, { kind: "Rollout", name: "gate-5d8c7", uid: "r" }, false],
    ["the StatefulSet", SET, { kind: "StatefulSet", name: "gate", uid: "s" }, true],
    ["an earlier StatefulSet of its name", SET, { kind: "StatefulSet", name: "gate", uid: "t" }, false],
    ["nobody", SET, undefined, false],
  ])("decides for a Pod of %s", (_, workload, owner, isOwn) => {
    expect(isPodOf(workload, { owner })).toBe(isOwn);
  });
});
