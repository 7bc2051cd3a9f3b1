import { expect, it } from "vitest";
import { addTolerations } from "../../../src/policies/defaults/addTolerations.ts";
import { PolicyDefinitionError } from "../../../src/policy/define/PolicyDefinitionError.ts";
import { applyMutators } from "../applyMutators.ts";
import { judge } from "../judge.ts";
import { podReview, podUpdate } from "./podReview.ts";

type Options = NonNullable<Parameters<typeof addTolerations>[0]>;
const spot = { key: "spot", operator: "Exists", effect: "NoSchedule" } as const;
const team = { key: "team", value: "shop" } as const;
const notReady = { key: "node.kubernetes.io/not-ready", operator: "Exists", effect: "NoExecute" } as const;

it.each<[what: string, present: object[] | undefined, options: Options, expected: object[]]>([
  ["adds to none", undefined, { tolerations: [spot, team] }, [spot, team]],
  ["adds to others", [team], { tolerations: [spot] }, [team, spot]],
  ["keeps an equal one", [spot], { tolerations: [spot] }, [spot]],
  [
    "knows the default operator and empty values",
    [{ ...team, operator: "Equal", effect: "" }],
    { tolerations: [team] },
    [{ ...team, operator: "Equal", effect: "" }],
  ],
  [
    "adds one for another effect",
    [spot],
    { tolerations: [{ ...spot, effect: "NoExecute" }] },
    [spot, { ...spot, effect: "NoExecute" }],
  ],
  [
    "keeps the seconds of an equal one",
    [{ ...notReady, tolerationSeconds: 300 }],
    { tolerations: [{ ...notReady, tolerationSeconds: 30 }] },
    [{ ...notReady, tolerationSeconds: 300 }],
  ],
  [
    "replaces the seconds with overwriteSeconds",
    [{ ...notReady, tolerationSeconds: 300 }],
    { tolerations: [{ ...notReady, tolerationSeconds: 30 }], overwriteSeconds: true },
    [{ ...notReady, tolerationSeconds: 30 }],
  ],
  [
    "removes the seconds with overwriteSeconds",
    [{ ...notReady, tolerationSeconds: 300 }],
    { tolerations: [notReady], overwriteSeconds: true },
    [notReady],
  ],
  ["adds one for all taints", [], { tolerations: [{ operator: "Exists" }] }, [{ operator: "Exists" }]],
])("addTolerations %s", async (_what, tolerations, options, expected) => {
  const result = await applyMutators(addTolerations(options), podReview({ containers: [], tolerations }));
  expect(result.spec.tolerations).toEqual(expected);
});

it("addTolerations leaves Pods from before alone", async () => {
  const review = podUpdate({ containers: [] }, { containers: [] });
  expect(await judge(addTolerations({ tolerations: [spot] }), review, "mutate")).toMatchObject({ patch: [] });
});

it.each<[what: string, tolerations: unknown, message: string]>([
  ["no list", undefined, "options.tolerations is missing"],
  ["an empty list", [], "options.tolerations is not valid"],
  ["no key without Exists", [{ value: "x" }], "has no key; it requires Exists"],
  ["a value with Exists", [{ ...spot, value: "x" }], "has Exists and a value"],
  ["seconds without NoExecute", [{ ...spot, tolerationSeconds: 1 }], "has tolerationSeconds without"],
  ["an invalid key", [{ key: "a b" }], "is not a valid key of a taint"],
  ["an unknown member", [{ ...spot, seconds: 1 }], "options.tolerations.0.seconds is unknown"],
])("addTolerations refuses %s", (_what, tolerations, message) => {
  const define = (): unknown => addTolerations({ tolerations } as Options);
  expect(define).toThrow(PolicyDefinitionError);
  expect(define).toThrow(message);
});
