import { expect, it } from "vitest";
import { addTopologySpread } from "../../../src/policies/defaults/addTopologySpread.ts";
import { PolicyDefinitionError } from "../../../src/policy/define/PolicyDefinitionError.ts";
import { applyMutators } from "../applyMutators.ts";
import { judge } from "../judge.ts";
import { daemonSetReview, deploymentReview, ownedBy, podReview, podUpdate } from "./podReview.ts";

type Options = NonNullable<Parameters<typeof addTopologySpread>[0]>;
const zone = { topologyKey: "topology.kubernetes.io/zone", maxSkew: 1, whenUnsatisfiable: "ScheduleAnyway" };
const by = (matchLabels: object, constraint: object = zone): object => ({
  ...constraint,
  labelSelector: { matchLabels },
});
const own = { topologyKey: "rack", maxSkew: 2, whenUnsatisfiable: "DoNotSchedule" };

it.each<[what: string, options: Options, metadata: object, present: unknown, expected: unknown]>([
  [
    "spreads by the name of the app",
    {},
    { labels: { "app.kubernetes.io/name": "web", app: "x" } },
    undefined,
    [by({ "app.kubernetes.io/name": "web" })],
  ],
  ["spreads by the next key", {}, { labels: { app: "x" } }, undefined, [by({ app: "x" })]],
  ["replaces an empty list", {}, { labels: { app: "x" } }, [], [by({ app: "x" })]],
  ["replaces null", {}, { labels: { app: "x" } }, null, [by({ app: "x" })]],
  ["leaves constraints of the Pod", {}, { labels: { app: "x" } }, [own], [own]],
  ["leaves a Pod without the label", {}, { labels: { tier: "x" } }, undefined, undefined],
  ["leaves a Pod without labels", {}, {}, undefined, undefined],
  ["leaves Pods of DaemonSets", {}, { labels: { app: "x" }, ...ownedBy("DaemonSet") }, undefined, undefined],
  [
    "spreads by another key",
    { labelKeys: ["tier"] },
    { labels: { app: "x", tier: "" } },
    undefined,
    [by({ tier: "" })],
  ],
  [
    "adds other constraints, with defaults",
    {
      constraints: [
        { topologyKey: "rack", maxSkew: 2, whenUnsatisfiable: "DoNotSchedule" },
        { topologyKey: zone.topologyKey },
        { topologyKey: "rack" },
      ],
    },
    { labels: { app: "x" } },
    undefined,
    [by({ app: "x" }, own), by({ app: "x" }), by({ app: "x" }, { ...zone, topologyKey: "rack" })],
  ],
])("addTopologySpread %s", async (_what, options, metadata, topologySpreadConstraints, expected) => {
  const review = podReview({ containers: [], topologySpreadConstraints }, { ...metadata });
  const result = await applyMutators(addTopologySpread(options), review);
  expect(result.spec.topologySpreadConstraints).toEqual(expected);
});

it("addTopologySpread leaves Pods from before and, without the option, Pod templates alone", async () => {
  const labels = { app: "web" };
  const old = podReview({ containers: [] }, { labels });
  const update = { ...old, operation: "UPDATE" as const, oldObject: old.object };
  for (const review of [update, podUpdate({}, {}), deploymentReview({ spec: { containers: [] } })])
    expect(await judge(addTopologySpread(), review, "mutate")).toMatchObject({ patch: [] });
  const verdict = await judge(
    addTopologySpread({ podTemplates: true }),
    deploymentReview({ spec: { containers: [] } }),
    "mutate",
  );
  expect(verdict).toMatchObject({ patch: [{ path: "/spec/template/spec/topologySpreadConstraints" }] });
});

it("addTopologySpread leaves the templates of DaemonSets alone", async () => {
  const review = daemonSetReview({ spec: { containers: [] } });
  expect(await judge(addTopologySpread({ podTemplates: true }), review, "mutate")).toMatchObject({ patch: [] });
});

it.each<[what: string, options: unknown, message: string]>([
  ["no keys", { labelKeys: [] }, "options.labelKeys is not valid"],
  ["an invalid key", { labelKeys: ["a b"] }, "options.labelKeys.0 is not a label key"],
  ["no constraints", { constraints: [] }, "options.constraints is not valid"],
  [
    "a skew of zero",
    { constraints: [{ topologyKey: "rack", maxSkew: 0 }] },
    "options.constraints.0.maxSkew is not valid",
  ],
  [
    "a skew of more than 32 bits",
    { constraints: [{ topologyKey: "rack", maxSkew: 2 ** 31 }] },
    "options.constraints.0.maxSkew is not valid: expected at most 2147483647",
  ],
  [
    "a pair that the API server refuses",
    { constraints: [{ topologyKey: "rack" }, { topologyKey: "rack", maxSkew: 2 }] },
    "options.constraints has two with one topologyKey and whenUnsatisfiable",
  ],
])("addTopologySpread refuses %s", (_what, options, message) => {
  const define = (): unknown => addTopologySpread(options as Options);
  expect(define).toThrow(PolicyDefinitionError);
  expect(define).toThrow(message);
});
