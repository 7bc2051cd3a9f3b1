import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addTolerations } from "../../../src/policies/defaults/addTolerations.ts";
import { addTopologySpread } from "../../../src/policies/defaults/addTopologySpread.ts";
import { setImagePullPolicy } from "../../../src/policies/defaults/setImagePullPolicy.ts";
import { setNodeSelector } from "../../../src/policies/defaults/setNodeSelector.ts";
import { setResourceDefaults } from "../../../src/policies/defaults/setResourceDefaults.ts";
import { setSecurityContextDefaults } from "../../../src/policies/defaults/setSecurityContextDefaults.ts";
import { rewriteImageRegistry } from "../../../src/policies/images/rewriteImageRegistry.ts";
import { addAnnotations } from "../../../src/policies/labels/addAnnotations.ts";
import type { Policy } from "../../../src/policy/define/policy.ts";
import { quantityValue } from "../../../src/policy/quantity/quantityValue.ts";
import { isJsonObject } from "../../../src/protocol/Json.ts";
import type { Review } from "../../../src/protocol/review/Review.ts";
import { applyMutators } from "../applyMutators.ts";
import { anyPod } from "../defaults/anyPod.ts";
import { deploymentReview, podReview } from "../defaults/podReview.ts";
import { judge } from "../judge.ts";
import type { Loose } from "../reviewFrom.ts";

const podTemplates = true;
const mirrors = { "docker.io/": "docker.io/mirror/", "quay.io/": "mirror.example.com/quay/" };
const requests = { cpu: "200m", memory: "512Mi" };
const limits = { cpu: "100m", memory: "256Mi" };

/** Mutators that only add what is absent. */
const FILLING: readonly Policy[] = [
  addAnnotations({ annotations: { note: "1" }, podTemplates }),
  addTolerations({
    tolerations: [
      { key: "spot", operator: "Exists" },
      { key: "team", value: "shop" },
    ],
    podTemplates,
  }),
  addTopologySpread({ podTemplates }),
  setNodeSelector({ nodeSelector: { pool: "shop" }, onConflict: "keep", podTemplates }),
  setResourceDefaults({ requests, limits, podTemplates }),
  setSecurityContextDefaults({ readOnlyRootFilesystem: true, podTemplates }),
];
const ALL: readonly Policy[] = [
  ...FILLING,
  rewriteImageRegistry({ mirrors, podTemplates }),
  setImagePullPolicy({ podTemplates }),
  setNodeSelector({ name: "overwriting", nodeSelector: { pool: "shop" }, onConflict: "overwrite", podTemplates }),
  addTolerations({
    name: "seconds",
    tolerations: [
      { key: "node.kubernetes.io/not-ready", operator: "Exists", effect: "NoExecute", tolerationSeconds: 30 },
    ],
    overwriteSeconds: true,
    podTemplates,
  }),
];

describe.each(ALL.map((policy) => [policy.name, policy] as const))("%s", (name, policy) => {
  it("changes no Pod and no Pod template a second time", () =>
    fc.assert(
      // `applyMutators` expects that a second call has no patch.
      fc.asyncProperty(anyPod, async ({ spec, metadata }) => {
        await applyMutators(policy, podReview(spec, metadata));
        await applyMutators(policy, deploymentReview({ spec, metadata }));
      }),
    ));

  it("changes neither a Pod from before, nor the template of a workload from before, nor a mirror Pod", () =>
    fc.assert(
      fc.asyncProperty(anyPod, async ({ spec, metadata }) => {
        const { object } = podReview(spec, metadata);
        const before = podReview(spec, metadata, { operation: "UPDATE", oldObject: object });
        const debug = { ...before, subresource: "ephemeralcontainers" };
        const template = deploymentReview({ spec, metadata }, { spec, metadata });
        const reviews = name === "add-annotations" ? [debug, template] : [before, debug, template];
        for (const review of reviews) await expectNothing(policy, review);
        const mirror = { ...metadata, annotations: { "kubernetes.io/config.mirror": "1" } };
        const user = { username: "system:node:a", uid: "", groups: ["system:nodes"], extra: {} };
        const review = podReview({ ...spec, nodeName: "a" }, mirror, { user });
        expect(await judge(policy, review, "mutate")).toMatchObject({ allowed: true, patch: [] });
      }),
    ));
});

it.each(FILLING.map((policy) => [policy.name, policy] as const))("%s keeps all that a Pod says", (_name, policy) =>
  fc.assert(
    fc.asyncProperty(anyPod, async ({ spec, metadata }) => {
      const review = podReview(spec, metadata);
      expect(lostIn(review.object, await applyMutators(policy, review))).toEqual([]);
    }),
  ),
);

it("all mutators together change no Pod a second time, and in any order", () =>
  fc.assert(
    fc.asyncProperty(anyPod, fc.shuffledSubarray([...ALL]), async ({ spec, metadata }, policies) => {
      await applyMutators(policies, podReview(spec, metadata));
    }),
  ));

it("setResourceDefaults makes no request above its limit", () =>
  fc.assert(
    fc.asyncProperty(anyPod, async ({ spec, metadata }) => {
      const before = faultsOf(spec);
      const { spec: after } = await applyMutators(setResourceDefaults({ requests, limits }), podReview(spec, metadata));
      expect(faultsOf(after)).toEqual(before);
    }),
  ));

it("setSecurityContextDefaults makes no combination that the API server refuses", () =>
  fc.assert(
    fc.asyncProperty(anyPod, async ({ spec, metadata }) => {
      const review = podReview(spec, metadata);
      const { spec: after } = await applyMutators(setSecurityContextDefaults(), review);
      expect(refusedIn(after)).toEqual(refusedIn(spec));
    }),
  ));

/** Expects no patch, and no annotation that a part was left alone. */
async function expectNothing(policy: Policy, review: Review): Promise<void> {
  const verdict = await judge(policy, review, "mutate");
  expect(verdict).toMatchObject({ allowed: true, patch: [] });
  expect(verdict.auditAnnotations).toEqual({});
}

/** The containers with a request above its limit. */
function faultsOf({ containers, initContainers = [] }: Loose): string[] {
  return [...containers, ...initContainers].flatMap(({ name, resources }: Loose) =>
    ["cpu", "memory"]
      .filter((key) => {
        const limit = quantityValue(resources?.limits?.[key]);
        return limit !== undefined && (quantityValue(resources?.requests?.[key]) ?? 0) > limit;
      })
      .map((key) => `${name} ${key}`),
  );
}

/** The containers with `allowPrivilegeEscalation: false` and what contradicts it (`ValidateSecurityContext`). */
function refusedIn({ containers, initContainers = [] }: Loose): string[] {
  return [...containers, ...initContainers]
    .filter(({ securityContext: it }: Loose) => {
      const isPowerful = it?.privileged === true || it?.capabilities?.add?.includes("CAP_SYS_ADMIN");
      return it?.allowPrivilegeEscalation === false && isPowerful;
    })
    .map(({ name }: Loose) => name);
}

/** The paths of the members of a value that another one lacks or has otherwise. Empty lists may be filled. */
function lostIn(before: unknown, after: unknown, path = ""): string[] {
  if (Array.isArray(before) && Array.isArray(after))
    return before.flatMap((element, index) => lostIn(element, after[index], `${path}[${index}]`));
  if (isJsonObject(before) && isJsonObject(after))
    return Object.entries(before).flatMap(([key, member]) => lostIn(member, after[key], `${path}.${key}`));
  return before === after ? [] : [path];
}
