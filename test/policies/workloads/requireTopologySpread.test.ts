import { expect, it } from "vitest";
import { requireTopologySpread } from "../../../src/policies/workloads/requireTopologySpread.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import { cronJobOf, deploymentOf, faultsOf, nativeOf, podOf } from "../faultsOf.ts";

const ZONE = "topology.kubernetes.io/zone";
const HOST = "kubernetes.io/hostname";
const of = (replicas: number, ...keys: readonly string[]): JsonObject =>
  deploymentOf(
    podOf(
      {},
      { topologySpreadConstraints: keys.map((topologyKey) => ({ topologyKey, maxSkew: 1, labelSelector: {} })) },
    ),
    replicas,
  );
const antiAffinity = (topologyKey: string, how = "requiredDuringSchedulingIgnoredDuringExecution"): JsonObject => ({
  affinity: { podAntiAffinity: { [how]: [{ topologyKey, labelSelector: { matchLabels: { app: "web" } } }] } },
});
const lacks = (keys = ZONE, least = 2): string =>
  `spec.template.spec.topologySpreadConstraints: ${least} or more replicas must have a constraint with a labelSelector for ${keys}`;

type Options = Parameters<typeof requireTopologySpread>[0];
it.each<[what: string, options: Options, object: JsonObject, messages: readonly string[]]>([
  ["one replica", {}, of(1), []],
  ["no replicas", {}, of(0), []],
  ["two replicas that are not spread", {}, of(2), [lacks()]],
  ["constraints of null", {}, deploymentOf(podOf({}, { topologySpreadConstraints: null }), 3), [lacks()]],
  ["two replicas in zones", {}, of(2, ZONE), []],
  [
    "a constraint that selects no Pods",
    {},
    deploymentOf(podOf({}, { topologySpreadConstraints: [{ topologyKey: ZONE, maxSkew: 1 }] }), 2),
    [lacks()],
  ],
  [
    "an affinity that selects no Pods",
    {},
    deploymentOf(
      podOf(
        {},
        {
          affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: ZONE }] } },
        },
      ),
      2,
    ),
    [lacks()],
  ],
  ["two replicas on nodes", {}, of(2, HOST), [lacks()]],
  ["two replicas that must not share a zone", {}, deploymentOf(podOf({}, antiAffinity(ZONE)), 2), []],
  ["two replicas that must not share a node", {}, deploymentOf(podOf({}, antiAffinity(HOST)), 2), [lacks()]],
  [
    "two replicas that should not share a zone",
    {},
    deploymentOf(podOf({}, antiAffinity(ZONE, "preferredDuringSchedulingIgnoredDuringExecution")), 2),
    [lacks()],
  ],
  [
    "one of two keys, and no shared node",
    { topologyKeys: [ZONE, HOST] },
    deploymentOf(podOf({}, antiAffinity(HOST)), 2),
    [lacks()],
  ],
  ["both keys", { topologyKeys: [ZONE, HOST] }, of(2, HOST, ZONE), []],
  ["one of two keys", { topologyKeys: [ZONE, HOST] }, of(2, ZONE), [lacks(HOST)]],
  ["none of two keys", { topologyKeys: [ZONE, HOST] }, of(2), [lacks(`${ZONE} and ${HOST}`)]],
  ["fewer replicas than the minimum", { minReplicas: 3 }, of(2), []],
  ["any number of replicas", { minReplicas: 0 }, of(0), [lacks(ZONE, 0)]],
  ["a Deployment without a template", {}, { ...of(2), spec: { replicas: 2 } }, [lacks()]],
  ["a StatefulSet", {}, { ...of(2), kind: "StatefulSet" }, [lacks()]],
  ["replicas that are not set, which is one", {}, { ...of(2), spec: { template: { spec: {} } } }, []],
  ["a Pod", {}, podOf({}), []],
  ["a CronJob", {}, cronJobOf(podOf({})), []],
])("requireTopologySpread on %s", async (_what, options, object, messages) => {
  expect(await faultsOf(requireTopologySpread(options), object)).toEqual(messages);
});

const many = Array.from({ length: 40 }, (_, index) => `example.com/a-node-label-${index}`);
const both: Options = { topologyKeys: [ZONE, HOST] };

it.each<[what: string, options: Options, before: JsonObject, after: JsonObject, messages: readonly string[]]>([
  ["nothing", {}, of(2), of(2), []],
  ["nothing, beside many other constraints", {}, of(2, ...many), of(2, ...many), []],
  ["another constraint", {}, of(2), of(2, HOST), []],
  ["the constraint", {}, of(2, ZONE), of(2), [lacks()]],
  ["one of two constraints", both, of(2, ZONE), of(2), [lacks(`${ZONE} and ${HOST}`)]],
  ["the replicas", {}, of(1), of(2), [lacks()]],
  ["the replicas of what was not spread before", {}, of(3), of(5), []],
])("requireTopologySpread on an update of %s", async (_what, options, before, after, messages) => {
  expect(await faultsOf(requireTopologySpread(options), after, before)).toEqual(messages);
});

it("requireTopologySpread has a native form", () => {
  expect(nativeOf(requireTopologySpread())).toBe("yes");
});
