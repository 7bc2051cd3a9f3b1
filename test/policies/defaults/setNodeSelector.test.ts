import { expect, it } from "vitest";
import { setNodeSelector } from "../../../src/policies/defaults/setNodeSelector.ts";
import { PolicyDefinitionError } from "../../../src/policy/define/PolicyDefinitionError.ts";
import { applyMutators } from "../applyMutators.ts";
import { judge } from "../judge.ts";
import { daemonSetReview, deploymentReview, ownedBy, podReview, podUpdate } from "./podReview.ts";

type Options = NonNullable<Parameters<typeof setNodeSelector>[0]>;
const nodeSelector = { pool: "shop" };

it.each<
  [what: string, present: object | null | undefined, options: Partial<Options>, metadata: object, expected: unknown]
>([
  ["sets the selector of a Pod without one", undefined, {}, {}, nodeSelector],
  ["replaces a selector that is null", null, {}, {}, nodeSelector],
  ["adds to a selector", { disk: "ssd" }, {}, {}, { disk: "ssd", pool: "shop" }],
  ["leaves an equal selector", { pool: "shop" }, {}, {}, nodeSelector],
  ["keeps another value", { pool: "other" }, { onConflict: "keep" }, {}, { pool: "other" }],
  ["overwrites another value", { pool: "other" }, { onConflict: "overwrite" }, {}, nodeSelector],
  ["leaves Pods of DaemonSets", undefined, {}, ownedBy("DaemonSet"), undefined],
  ["sets Pods of DaemonSets by option", undefined, { daemonSets: true }, ownedBy("DaemonSet"), nodeSelector],
  ["sets Pods of ReplicaSets", undefined, {}, ownedBy("ReplicaSet"), nodeSelector],
])("setNodeSelector %s", async (_what, present, options, metadata, expected) => {
  const review = podReview({ containers: [], nodeSelector: present }, { ...metadata });
  const result = await applyMutators(setNodeSelector({ nodeSelector, ...options }), review);
  expect(result.spec.nodeSelector).toEqual(expected);
});

it.each([
  ["a Pod", {}, podReview({ containers: [], nodeSelector: { pool: "other" } }), "spec.nodeSelector.pool"],
  [
    "a Pod template",
    { podTemplates: true },
    deploymentReview({ spec: { containers: [], nodeSelector: { pool: "other" } } }),
    "spec.template.spec.nodeSelector.pool",
  ],
] as const)("setNodeSelector denies %s that selects another value", async (_what, options, review, at) => {
  expect(await judge(setNodeSelector({ nodeSelector, ...options }), review, "mutate")).toMatchObject({
    allowed: false,
    message: `set-node-selector: ${at}: the Pod selects 'other'; it must select 'shop' or leave the label out`,
  });
});

it.each([
  [false, []],
  [true, [{ op: "add", path: "/spec/template/spec/nodeSelector", value: nodeSelector }]],
])("setNodeSelector sets templates of DaemonSets with daemonSets: %s as their Pods", async (daemonSets, patch) => {
  const policy = setNodeSelector({ nodeSelector, podTemplates: true, daemonSets });
  expect(await judge(policy, daemonSetReview({ spec: { containers: [] } }), "mutate")).toMatchObject({ patch });
});

it("setNodeSelector neither changes nor denies Pods from before", async () => {
  const spec = { containers: [], nodeSelector: { pool: "other" } };
  const verdict = await judge(setNodeSelector({ nodeSelector }), podUpdate(spec, spec), "mutate");
  expect(verdict).toMatchObject({ allowed: true, patch: [] });
});

it.each<[what: string, options: unknown, message: string]>([
  ["no selector", {}, "options.nodeSelector is missing"],
  ["an empty selector", { nodeSelector: {} }, "options.nodeSelector has no label"],
  ["an invalid key", { nodeSelector: { "a b": "x" } }, "options.nodeSelector.a b is not a label key"],
  ["an invalid value", { nodeSelector: { a: "b c" } }, "options.nodeSelector.a is not a label value"],
  ["an unknown conflict", { nodeSelector, onConflict: "warn" }, "options.onConflict is not valid"],
])("setNodeSelector refuses %s", (_what, options, message) => {
  const define = (): unknown => setNodeSelector(options as Options);
  expect(define).toThrow(PolicyDefinitionError);
  expect(define).toThrow(message);
});
