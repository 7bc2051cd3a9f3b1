import { describe, expect, it } from "vitest";
import { KubernetesError } from "../../../src/kubernetes/KubernetesError.ts";
import { RolloutError } from "../../../src/rollout/RolloutError.ts";
import { writeRolloutState } from "../../../src/rollout/workload/RolloutState.ts";
import { readWorkload } from "../../../src/rollout/workload/readWorkload.ts";
import type { WorkloadKind } from "../../../src/rollout/workload/WorkloadRef.ts";
import { read, stored, type WorkloadParts } from "./storedWorkload.ts";

it.each<[what: string, kind: WorkloadKind, spec: object, staging: object]>([
  [
    "all fields of a Deployment",
    "Deployment",
    {
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%", maxUnavailable: 1 } },
      minReadySeconds: 5,
      progressDeadlineSeconds: 600,
    },
    { maxSurge: "25%", maxUnavailable: 1, minReadySeconds: 5, progressDeadlineSeconds: 600 },
  ],
  [
    "null for unset fields of a Deployment",
    "Deployment",
    {},
    { maxSurge: null, maxUnavailable: null, minReadySeconds: null, progressDeadlineSeconds: null },
  ],
  [
    "the partition of a StatefulSet",
    "StatefulSet",
    { updateStrategy: { rollingUpdate: { partition: 1 } } },
    { partition: 1 },
  ],
  ["null for a StatefulSet without a partition", "StatefulSet", {}, { partition: null }],
  [
    "type and limits of a DaemonSet",
    "DaemonSet",
    { updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 0, maxUnavailable: "10%" } } },
    { type: "RollingUpdate", maxSurge: 0, maxUnavailable: "10%" },
  ],
  [
    "OnDelete of a DaemonSet",
    "DaemonSet",
    { updateStrategy: { type: "OnDelete" } },
    { type: "OnDelete", maxSurge: null, maxUnavailable: null },
  ],
])("readWorkload reads as staging %s", (_, kind, spec, staging) => {
  expect(read(kind, { spec }).staging).toEqual({ kind, ...staging });
});

// https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#list-and-watch-filtering
it.each<[query: string, what: string, selector: object]>([
  ["app=gate,tier=edge", "labels", { matchLabels: { app: "gate", tier: "edge" } }],
  ["app in (a,b)", "In", { matchExpressions: [{ key: "app", operator: "In", values: ["a", "b"] }] }],
  ["app notin (a)", "NotIn", { matchExpressions: [{ key: "app", operator: "NotIn", values: ["a"] }] }],
  ["app", "Exists", { matchExpressions: [{ key: "app", operator: "Exists" }] }],
  ["!app", "DoesNotExist", { matchExpressions: [{ key: "app", operator: "DoesNotExist" }] }],
  [
    "a=b,!c",
    "labels and an expression",
    { matchLabels: { a: "b" }, matchExpressions: [{ key: "c", operator: "DoesNotExist" }] },
  ],
  [
    "app,!app",
    "an unknown operator, which selects nothing",
    { matchExpressions: [{ key: "app", operator: "Gt", values: ["1"] }] },
  ],
])("readWorkload writes the query %j for a selector with %s", (query, _, selector) => {
  expect(read("Deployment", { spec: { selector } }).selector).toBe(query);
});

describe("readWorkload reads", () => {
  it.each<[pods: number, what: string, kind: WorkloadKind, parts: WorkloadParts]>([
    [3, "a Deployment with 3 replicas", "Deployment", {}],
    [
      1,
      "a StatefulSet without replicas, which is the API server's default,",
      "StatefulSet",
      { spec: { replicas: undefined } },
    ],
    [5, "a DaemonSet for 5 nodes", "DaemonSet", { status: { desiredNumberScheduled: 5 } }],
  ])("%i Pods of %s", (pods, _, kind, parts) => {
    expect(read(kind, parts).pods).toBe(pods);
  });

  it("the marks, the parents, the state and the label of a workload in a rollout", () => {
    const marks = { revision: "2", serial: "2a", request: "again" };
    const { phase, ...state } = {
      certificate: "gate-tls",
      revision: 2,
      serial: "2a",
      request: "again",
      phase: "rolling",
      policy: "rolling",
      started: 1,
      since: 2,
      timeoutMs: 60_000,
      before: { marks, staging: null },
      superseded: null,
      canary: null,
      reason: null,
      message: null,
    } as const;
    const text = writeRolloutState({ phase, ...state });
    const view = read("Deployment", {
      metadata: {
        annotations: { "postern.dev/rollout-state": text },
        labels: { "postern.dev/rollout-in-progress": "true" },
      },
      spec: {
        template: {
          metadata: {
            annotations: {
              "postern.dev/certificate-revision": "2",
              "x-certificate-serial": "2a",
              "postern.dev/rollout-request": "again",
            },
          },
        },
      },
    });
    const has = { annotations: true, labels: true, templateAnnotations: true };
    expect(view).toMatchObject({
      uid: "u",
      resourceVersion: "7",
      marks,
      has,
      state: { phase, ...state },
      isLabelled: true,
    });
  });

  it("no mark, parent, state or label of a workload before its first rollout", () => {
    expect(read("Deployment")).toMatchObject({
      marks: { revision: null, serial: null, request: null },
      has: { annotations: false, labels: false, templateAnnotations: false },
      state: undefined,
      isLabelled: false,
    });
  });
});

it("readWorkload throws cluster-refused and names the workload and the field of an object that is not one", () => {
  const object = stored({ spec: { replicas: "three" } });
  const act = (): unknown => readWorkload({ kind: "StatefulSet", name: "db" }, object);
  expect(act).toThrow(KubernetesError);
  expect(act).toThrow(expect.objectContaining({ code: "cluster-refused" }));
  expect(act).toThrow(/^statefulset\/db cannot be read: spec\.replicas: /);
});

it("readWorkload throws unreadable-state and names the annotation that no rollout wrote", () => {
  const act = (): unknown => read("Deployment", { metadata: { annotations: { "postern.dev/rollout-state": "{" } } });
  expect(act).toThrow(RolloutError);
  expect(act).toThrow(expect.objectContaining({ code: "unreadable-state" }));
  expect(act).toThrow(/^deployment\/gate: annotation postern\.dev\/rollout-state was not written by a rollout/);
});
