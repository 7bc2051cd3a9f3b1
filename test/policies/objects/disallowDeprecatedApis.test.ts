import { expect, it } from "vitest";
import { disallowDeprecatedApis } from "../../../src/policies/objects/disallowDeprecatedApis.ts";
import { faultsOf, nativeOf } from "../faultsOf.ts";

type Options = Parameters<typeof disallowDeprecatedApis>[0];

const object = (apiVersion: string, kind: string) => ({
  apiVersion,
  kind,
  metadata: { name: "web", namespace: "shop" },
});

it.each<[what: string, options: Options, of: ReturnType<typeof object>, messages: string[]]>([
  [
    "a version that is removed",
    {},
    object("policy/v1beta1", "PodDisruptionBudget"),
    ["apiVersion: Kubernetes removes policy/v1beta1; use policy/v1"],
  ],
  [
    "another one of the group",
    {},
    object("autoscaling/v2beta2", "HorizontalPodAutoscaler"),
    ["apiVersion: Kubernetes removes autoscaling/v2beta2; use autoscaling/v2"],
  ],
  ["the version that stays", {}, object("policy/v1", "PodDisruptionBudget"), []],
  ["a version that nobody listed", {}, object("batch/v2alpha1", "CronJob"), []],
  ["a new kind in a version whose old kinds are gone", {}, object("scheduling.k8s.io/v1beta1", "PodGroup"), []],
  ["a kind that is newer than its version", {}, object("resource.k8s.io/v1beta2", "DeviceTaintRule"), []],
  ["another such kind", {}, object("certificates.k8s.io/v1beta1", "ClusterTrustBundle"), []],
  ["a core object", {}, object("v1", "Pod"), []],
  ["a custom resource of that version", {}, object("example.com/v1beta1", "Widget"), []],
  ["a name of every object", {}, object("batch/constructor", "Job"), []],
  [
    "a list of one's own",
    { versions: { "batch/v1": "batch/v2" } },
    object("batch/v1", "Job"),
    ["apiVersion: Kubernetes removes batch/v1; use batch/v2"],
  ],
  [
    "what such a list leaves out",
    { versions: { "batch/v1": "batch/v2" } },
    object("policy/v1beta1", "PodDisruptionBudget"),
    [],
  ],
])("disallowDeprecatedApis judges %s", async (_, options, of, messages) => {
  expect(await faultsOf(disallowDeprecatedApis(options), of)).toEqual(messages);
});

it.each(["cert-manager.io/v1alpha2", "apps/v1beta1", "v1beta1", "batch/v1beta1/cronjobs", "batch/*"])(
  "disallowDeprecatedApis refuses the version %j, of which the gate is not asked",
  (version) => {
    expect(() => disallowDeprecatedApis({ versions: { [version]: "v1" } })).toThrow(
      `options.versions.${version} is not a version such as batch/v1beta1, of one of the groups autoscaling, batch,`,
    );
  },
);

it("disallowDeprecatedApis refuses a list without a version", () => {
  expect(() => disallowDeprecatedApis({ versions: {} })).toThrow("options.versions has no version");
});

it("disallowDeprecatedApis has a native form", () => {
  expect(nativeOf(disallowDeprecatedApis())).toBe("yes");
});
