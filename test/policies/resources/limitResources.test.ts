import { expect, it } from "vitest";
import { limitResources } from "../../../src/policies/resources/limitResources.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import { cronJobOf, deploymentOf, faultsOf, nativeOf, podOf } from "../faultsOf.ts";

type Maximum = Parameters<typeof limitResources>[0] extends { readonly maximum: infer M } | undefined ? M : never;
const of = (requests: unknown, limits: unknown, ofPod?: JsonObject): JsonObject =>
  podOf({ resources: { requests, limits } }, ofPod === undefined ? {} : { resources: ofPod });
const fault = (field: string, says: string, path = "spec.containers[0]"): string =>
  `${path}.resources.${field}: container 'web' ${says}`;
const most = (limit: string, maximum: string): string[] => [
  fault("limits.cpu", `must not have the limit ${limit} for cpu; the maximum is ${maximum}`),
];
const none = [fault("limits.cpu", "must have a limit for cpu; the maximum is 4")];
const ratio = (limit: string, request: string): string[] => [
  fault("requests.cpu", `must request more cpu: its limit ${limit} is more than 4 times its request ${request}`),
];
const LIMIT: Maximum = { cpu: { limit: "4" } };
const REQUEST: Maximum = { cpu: { request: "4" } };
const RATIO: Maximum = { cpu: { ratio: 4 } };

it.each<[what: string, maximum: Maximum, object: JsonObject, messages: readonly string[]]>([
  ["a limit below the maximum", LIMIT, of({}, { cpu: "3999m" }), []],
  ["a limit that is the maximum in other words", LIMIT, of({}, { cpu: "4000m" }), []],
  ["a limit above", LIMIT, of({}, { cpu: "4001m" }), most("4001m", "4")],
  ["a limit that is a number", LIMIT, of({}, { cpu: 5 }), most("5", "4")],
  ["no limit", LIMIT, podOf({}), none],
  ["resources of null", LIMIT, podOf({ resources: null }), none],
  ["a limit of zero, which is none", LIMIT, of({}, { cpu: "0" }), none],
  ["what is no quantity", LIMIT, of({}, { cpu: "much" }), none],
  ["the limit of the Pod", LIMIT, of({}, {}, { limits: { cpu: "4" } }), []],
  ["a limit of the Pod above", LIMIT, of({}, {}, { limits: { cpu: "5" } }), most("5", "4")],
  ["a limit of its own in such a Pod", LIMIT, of({}, { cpu: "1" }, { limits: { cpu: "5" } }), []],
  ["a device that is not used", { "nvidia.com/gpu": { limit: "2" } }, podOf({}), []],
  [
    "more devices than the maximum",
    { "nvidia.com/gpu": { limit: "2" } },
    of({}, { "nvidia.com/gpu": 3 }),
    [fault("limits.nvidia.com/gpu", "must not have the limit 3 for nvidia.com/gpu; the maximum is 2")],
  ],
  ["no request", REQUEST, podOf({}), []],
  ["a request that is the maximum", REQUEST, of({ cpu: "4" }, {}), []],
  [
    "a request above",
    REQUEST,
    of({ cpu: "5" }, {}),
    [fault("requests.cpu", "must not request 5 of cpu; the maximum is 4")],
  ],
  [
    "a limit that is the request",
    REQUEST,
    of({}, { cpu: "5" }),
    [fault("requests.cpu", "must not request 5 of cpu; the maximum is 4")],
  ],
  ["a limit above the largest request", REQUEST, of({ cpu: "1" }, { cpu: "5" }), []],
  ["a limit that is the ratio exactly", RATIO, of({ cpu: "100m" }, { cpu: "400m" }), []],
  ["a limit above the ratio", RATIO, of({ cpu: "100m" }, { cpu: "401m" }), ratio("401m", "100m")],
  ["a limit alone, which is the request too", RATIO, of({}, { cpu: "8" }), []],
  ["a request of zero", RATIO, of({ cpu: "0" }, { cpu: "1" }), ratio("1", "0")],
  [
    "a request alone",
    RATIO,
    of({ cpu: "1" }, {}),
    [fault("limits.cpu", "must have a limit for cpu of at most 4 times its request")],
  ],
  ["no limit, which both maxima deny once", { cpu: { limit: "4", ratio: 2 } }, of({ cpu: "1" }, {}), none],
  [
    "two resources",
    { cpu: { limit: "4" }, memory: { limit: "1Gi" } },
    of({}, { cpu: "5", memory: "2Gi" }),
    [...most("5", "4"), fault("limits.memory", "must not have the limit 2Gi for memory; the maximum is 1Gi")],
  ],
  [
    "an init container",
    LIMIT,
    podOf({ resources: { limits: { cpu: "1" } } }, { initContainers: [{ name: "web" }] }),
    [none[0]?.replace("containers", "initContainers") ?? ""],
  ],
  [
    "an ephemeral container, which has no resources",
    LIMIT,
    podOf({ resources: { limits: { cpu: "1" } } }, { ephemeralContainers: [{ name: "debug" }] }),
    [],
  ],
  [
    "the template of a Deployment",
    LIMIT,
    deploymentOf(podOf({})),
    [none[0]?.replace("spec", "spec.template.spec") ?? ""],
  ],
  [
    "the template of a CronJob",
    LIMIT,
    cronJobOf(podOf({})),
    [none[0]?.replace("spec", "spec.jobTemplate.spec.template.spec") ?? ""],
  ],
])("limitResources on %s", async (_what, maximum, object, messages) => {
  expect(await faultsOf(limitResources({ maximum }), object)).toEqual(messages);
});

it("limitResources does not judge exempt images", async () => {
  expect(await faultsOf(limitResources({ maximum: LIMIT, exemptImages: ["web:*"] }), podOf({}))).toEqual([]);
});

it("limitResources denies the update that raises a limit, and not that of another member", async () => {
  const [before, after] = [deploymentOf(of({}, { cpu: "5" })), deploymentOf(of({}, { cpu: "6" }))];
  const policy = limitResources({ maximum: LIMIT });
  expect(await faultsOf(policy, after, before)).toHaveLength(1);
  expect(await faultsOf(policy, { ...after, metadata: { name: "web", namespace: "shop", labels: {} } }, after)).toEqual(
    [],
  );
});

it.each<[options: unknown, message: string]>([
  [{}, "options.maximum"],
  [{ maximum: {} }, "options.maximum names no resource"],
  [{ maximum: { cpu: { limit: "much" } } }, "options.maximum.cpu.limit is not a quantity above zero"],
  [{ maximum: { cpu: { request: "0" } } }, "options.maximum.cpu.request is not a quantity above zero"],
  [{ maximum: { cpu: { ratio: 0.5 } } }, "options.maximum.cpu.ratio"],
  [{ maximum: { cpu: { limits: "1" } } }, "options.maximum.cpu.limits is unknown"],
  [{ maximum: { cpu: {} } }, "options.maximum.cpu has neither request, limit nor ratio"],
  [{ maximum: { cpus: { limit: "1" } } }, "options.maximum.cpus is not cpu, memory, ephemeral-storage, hugepages-SIZE"],
  [{ maximum: { "hugepages-": { limit: "1" } } }, "options.maximum.hugepages- is not cpu, memory, ephemeral-storage"],
  [{ maximum: { "hugepages-big": { limit: "1" } } }, "options.maximum.hugepages-big is not cpu, memory"],
  [{ maximum: { "*": { limit: "1" } } }, "options.maximum.* is not cpu, memory, ephemeral-storage, hugepages-SIZE"],
])("limitResources refuses the options %j", (options, message) => {
  expect(() => limitResources(options as Parameters<typeof limitResources>[0])).toThrow(message);
});

it("limitResources is native", () => {
  const maximum: Maximum = { cpu: { request: "2", limit: "4", ratio: 4 }, memory: { ratio: 1.5 } };
  expect(nativeOf(limitResources({ maximum }))).toBe("yes");
});
