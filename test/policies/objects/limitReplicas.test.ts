import { expect, it } from "vitest";
import { limitReplicas } from "../../../src/policies/objects/limitReplicas.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import { faultsOf, nativeOf } from "../faultsOf.ts";
import { denials } from "../judge.ts";
import { reviewFrom } from "../reviewFrom.ts";

type Options = Parameters<typeof limitReplicas>[0];

const workload = (kind: string, replicas?: number | null): JsonObject => ({
  apiVersion: "apps/v1",
  kind,
  metadata: { name: "web", namespace: "shop" },
  spec: replicas === undefined ? {} : { replicas },
});
const few = (count: number, minimum = 2): string => `spec.replicas: ${count} is too few; set at least ${minimum}`;
const many = (count: number): string => `spec.replicas: ${count} is too many; set at most 10`;
const ten: Options = { maximum: 10 };

it.each<[options: Options, kind: string, replicas: number | null | undefined, messages: string[]]>([
  [{}, "Deployment", 2, []],
  [{}, "Deployment", 1, [few(1)]],
  [{}, "Deployment", undefined, [few(1)]],
  [{}, "Deployment", null, [few(1)]],
  [{}, "Deployment", 0, []],
  [{}, "Deployment", 5_000, []],
  [{}, "StatefulSet", 1, [few(1)]],
  [{}, "StatefulSet", 3, []],
  [{}, "ReplicaSet", 1, []],
  [{}, "DaemonSet", undefined, []],
  [{ allowZero: false }, "Deployment", 0, [few(0)]],
  [{ minimum: 3 }, "Deployment", 2, [few(2, 3)]],
  [{ minimum: 1 }, "StatefulSet", 1, []],
  [{ minimum: 0 }, "Deployment", 0, []],
  [ten, "Deployment", 10, []],
  [ten, "Deployment", 11, [many(11)]],
])("limitReplicas with %j judges a %s with %j replicas", async (options, kind, replicas, messages) => {
  expect(await faultsOf(limitReplicas(options), workload(kind, replicas))).toEqual(messages);
});

it.each<
  [
    options: Options,
    resource: "deployments" | "statefulsets",
    before: number,
    after: number | undefined,
    messages: string[],
  ]
>([
  [{}, "deployments", 3, 2, []],
  [{}, "deployments", 3, 1, [few(1)]],
  // The API server leaves a zero out.
  [{}, "deployments", 3, undefined, []],
  [{ allowZero: false }, "deployments", 3, undefined, [few(0)]],
  [{}, "statefulsets", 3, 1, [few(1)]],
  [ten, "statefulsets", 3, 11, [many(11)]],
  [ten, "deployments", 12, 11, [many(11)]],
  [ten, "deployments", 12, 12, []],
])(
  "limitReplicas with %j judges the scaling of %s from %j to %j",
  async (options, resource, before, after, messages) => {
    const review = reviewFrom("validate-v1-update-deployments-scale-1", (object, request) => {
      object.spec = { replicas: after };
      request.oldObject.spec = { replicas: before };
      request.resource.resource = request.requestResource.resource = resource;
    });
    expect(await denials(limitReplicas(options), review)).toEqual(messages.map((it) => `limit-replicas: ${it}`));
  },
);

it("limitReplicas does not deny other updates of a workload with too few replicas", async () => {
  const of = workload("Deployment", 1);
  expect(await faultsOf(limitReplicas(), of, of)).toEqual([]);
  expect(await faultsOf(limitReplicas(), of, workload("Deployment", 2))).toEqual([few(1)]);
});

it.each<Options>([{ minimum: -1 }, { maximum: 1.5 }, { maximum: 0 }])("limitReplicas refuses %j", (options) => {
  expect(() => limitReplicas(options)).toThrow("is not valid");
});

it.each<Options>([{ maximum: 1 }, { minimum: 5, maximum: 4 }])(
  "limitReplicas refuses %j, which nothing meets",
  (options) => {
    expect(() => limitReplicas(options)).toThrow("options.minimum is ");
    expect(() => limitReplicas().params?.parse(options)).toThrow(/^minimum is \d, more than the maximum \d$/);
  },
);

it.each<Options>([{}, ten, { minimum: 3, allowZero: false }])("limitReplicas is native with %j", (options) => {
  expect(nativeOf(limitReplicas(options))).toBe("yes");
});
