import { expect, it } from "vitest";
import { setResourceDefaults } from "../../../src/policies/defaults/setResourceDefaults.ts";
import { PolicyDefinitionError } from "../../../src/policy/define/PolicyDefinitionError.ts";
import { applyMutators } from "../applyMutators.ts";
import { judge } from "../judge.ts";
import { deploymentReview, podReview, podUpdate } from "./podReview.ts";

/** `toMatchObject` would accept any annotations for an empty object. */
const NONE = expect.toSatisfy((it: object) => Object.keys(it).length === 0);
type Options = NonNullable<Parameters<typeof setResourceDefaults>[0]>;
const both: Options = { requests: { cpu: "100m" }, limits: { cpu: "500m" } };

/** The resources of the only container before and after, and those of the Pod. */
it.each<[what: string, options: Options, before: unknown, ofPod: unknown, after: unknown]>([
  ["the default requests", {}, undefined, undefined, { requests: { cpu: "100m", memory: "128Mi" } }],
  ["resources that are null", both, null, undefined, { requests: { cpu: "100m" }, limits: { cpu: "500m" } }],
  [
    "lists that are null",
    both,
    { requests: null, limits: null },
    undefined,
    { requests: { cpu: "100m" }, limits: { cpu: "500m" } },
  ],
  ["only the absent resource", {}, { requests: { cpu: "1" } }, undefined, { requests: { cpu: "1", memory: "128Mi" } }],
  ["nothing where a limit is declared", both, { limits: { cpu: "50m" } }, undefined, { limits: { cpu: "50m" } }],
  [
    "nothing that a LimitRange has set",
    both,
    { requests: { cpu: "10m" }, limits: { cpu: "20m" } },
    undefined,
    { requests: { cpu: "10m" }, limits: { cpu: "20m" } },
  ],
  [
    "a limit above a request",
    both,
    { requests: { cpu: "0.2" } },
    undefined,
    { requests: { cpu: "0.2" }, limits: { cpu: "500m" } },
  ],
  [
    "a limit that is raised to the request",
    both,
    { requests: { cpu: "2" } },
    undefined,
    { requests: { cpu: "2" }, limits: { cpu: "2" } },
  ],
  [
    "a request that is lowered to the limit",
    { requests: { memory: "1Gi" }, limits: { memory: "512M" } },
    {},
    undefined,
    { requests: { memory: "512M" }, limits: { memory: "512M" } },
  ],
  ["a limit alone", { requests: {}, limits: { memory: "1Gi" } }, {}, undefined, { limits: { memory: "1Gi" } }],
  [
    "a request of zero stays",
    { requests: { cpu: "1" } },
    { requests: { cpu: "0" } },
    undefined,
    { requests: { cpu: "0" } },
  ],
  [
    "other resources stay",
    { requests: { "ephemeral-storage": "1Gi" } },
    { limits: { "nvidia.com/gpu": "1" } },
    undefined,
    { requests: { "ephemeral-storage": "1Gi" }, limits: { "nvidia.com/gpu": "1" } },
  ],
  ["nothing that the Pod declares", {}, undefined, { limits: { cpu: "1" } }, { requests: { memory: "128Mi" } }],
  ["nothing in an exempt container", { exemptImages: ["*"] }, undefined, undefined, undefined],
])("setResourceDefaults: %s", async (_what, options, before, ofPod, after) => {
  const web = { name: "web", image: "web:1" };
  const review = podReview({ resources: ofPod, containers: [{ ...web, resources: before }] });
  const result = await applyMutators(setResourceDefaults(options), review);
  expect(result.spec).toEqual({ resources: ofPod, containers: [{ ...web, resources: after }] });
});

it("setResourceDefaults fills init containers and sidecars, and not ephemeral containers", async () => {
  const resources = { requests: { cpu: "1m" } };
  const spec = {
    initContainers: [{ name: "init" }],
    containers: [{ name: "web" }],
    ephemeralContainers: [{ name: "debug" }],
  };
  const { spec: filled } = await applyMutators(setResourceDefaults(resources), podReview(spec));
  expect(filled).toEqual({
    initContainers: [{ name: "init", resources }],
    containers: [{ name: "web", resources }],
    ephemeralContainers: [{ name: "debug" }],
  });
});

it("setResourceDefaults leaves Pods from before, resizes and, without the option, Pod templates alone", async () => {
  const spec = { containers: [{ name: "web" }] };
  for (const review of [podUpdate(spec, spec), podUpdate(spec, spec, "resize"), deploymentReview({ spec })])
    expect(await judge(setResourceDefaults(), review, "mutate")).toMatchObject({ patch: [], auditAnnotations: NONE });
  const verdict = await judge(setResourceDefaults({ podTemplates: true }), deploymentReview({ spec }), "mutate");
  expect(verdict).toMatchObject({ patch: [{ path: "/spec/template/spec/containers/0/resources" }] });
});

it.each<[what: string, options: unknown, message: string]>([
  ["an unknown resource", { requests: { gpu: "1" } }, "options.requests.gpu is unknown"],
  ["a quantity that is none", { limits: { cpu: "many" } }, "options.limits.cpu is not a quantity above zero"],
  ["a quantity of zero", { requests: { cpu: "0" } }, "options.requests.cpu is not a quantity above zero"],
])("setResourceDefaults refuses %s", (_what, options, message) => {
  const define = (): unknown => setResourceDefaults(options as Options);
  expect(define).toThrow(PolicyDefinitionError);
  expect(define).toThrow(message);
});
