import { describe, expect, it } from "vitest";
import { reviewOfManifest } from "../../../src/cli/manifests/reviewOfManifest.ts";
import { lintMutators, type Sample } from "../../../src/cli/render/lintMutators.ts";
import { addLabels } from "../../../src/policies/labels/addLabels.ts";
import type { Mode } from "../../../src/policy/define/Mode.ts";
import { type Policy, policy } from "../../../src/policy/define/policy.ts";
import type { Match } from "../../../src/policy/match/Match.ts";

type Draft = { metadata?: { annotations?: Record<string, string>; labels?: Record<string, string> } };

/** Notes on each object how often it came by. */
const counter = (match: Match, name = "count"): Policy =>
  policy({
    name,
    match,
    mutate: (draft) => {
      const { metadata = {} } = draft as Draft;
      const before = Number(metadata.annotations?.count ?? 0);
      metadata.annotations = { ...metadata.annotations, count: String(before + 1) };
    },
  });

const setter = (name: string, value: string): Policy =>
  policy({
    name,
    match: { resources: ["pods"] },
    mutate: (draft) => {
      draft.metadata ??= {};
      draft.metadata.annotations = { ...draft.metadata.annotations, value };
    },
  });

const lintsOf = (policies: readonly Policy[], samples: readonly Sample[] = [], mode: Mode = "enforce") =>
  lintMutators({ policies, entries: {} }, { cluster: "c", modeOf: () => mode, paramsOf: () => undefined }, samples);

const PATCH = '[{"op":"replace","path":"/metadata/annotations/count","value":"2"}]';
const restless = (sample: string, patch = PATCH) => ({
  code: "mutator-not-idempotent",
  severity: "warning",
  place: "policies.count",
  message: `is not idempotent: called again with its own result for ${sample} it patches ${patch}`,
});

describe("a mutator that is not idempotent is named with the patch of its second run", () => {
  it.each<[name: string, match: Match, sample: string]>([
    ["Pods", { resources: ["pods"] }, "a Pod"],
    ["an exact namespace", { resources: ["pods"], namespaces: { include: ["prod"] } }, "a Pod"],
    [
      "a pattern of namespaces",
      { resources: ["pods"], namespaces: { include: ["team-?-*"], exclude: ["team-x-"] } },
      "a Pod",
    ],
    [
      "labels",
      {
        resources: ["services"],
        labels: {
          matchLabels: { a: "b" },
          matchExpressions: [
            { key: "c", operator: "In", values: ["d"] },
            { key: "e", operator: "Exists" },
            { key: "f", operator: "DoesNotExist" },
          ],
        },
      },
      "a Service",
    ],
    ["Namespaces by name", { resources: ["namespaces"], namespaces: { include: ["team-*"] } }, "a Namespace"],
    ["updates", { resources: ["configmaps"], operations: ["UPDATE"] }, "a ConfigMap"],
    ["everything", { apiGroups: ["*"], resources: ["*"] }, "a Pod"],
    ["cluster-scoped objects", { resources: ["clusterroles"] }, "a ClusterRole"],
  ])("for %s", async (_name, match, sample) => {
    expect(await lintsOf([counter(match)])).toEqual([restless(sample)]);
  });

  it("in Pod templates", async () => {
    const match: Match = { resources: ["pods"], podTemplates: true, labels: { matchLabels: { a: "b" } } };
    const onlyTemplates = policy({
      name: "count",
      match,
      mutate: (draft, { kind }) => {
        if (kind.kind === "CronJob") counter(match).mutate?.(draft, {} as never);
      },
    });
    const path = "/spec/jobTemplate/spec/template/metadata/annotations/count";
    expect(await lintsOf([onlyTemplates])).toEqual([
      restless("a CronJob", `[{"op":"replace","path":"${path}","value":"2"}]`),
    ]);
  });

  it("whatever its mode in the cluster", async () => {
    expect(await lintsOf([counter({ resources: ["pods"] })], [], "audit")).toHaveLength(1);
  });

  it("for manifests of the user's own", async () => {
    const review = reviewOfManifest(
      { apiVersion: "example.com/v1", kind: "Widget", metadata: { name: "w" } },
      "CREATE",
      "1",
    );
    if (review === undefined) throw new Error("no review");
    const match: Match = { apiGroups: ["example.com"], resources: ["widgets"] };
    expect(await lintsOf([counter(match)])).toEqual([]);
    expect(await lintsOf([counter(match)], [{ review, name: "widget.yaml:1" }])).toEqual([restless("widget.yaml:1")]);
  });
});

it("mutators that undo each other's work are named together", async () => {
  const swap = (name: string, from: string, to: string) =>
    policy({
      name,
      match: { resources: ["pods"] },
      mutate: (draft) => {
        draft.metadata ??= {};
        if (draft.metadata.labels?.value !== from)
          draft.metadata.labels = {
            ...draft.metadata.labels,
            value: to,
            [`was-${name}`]: draft.metadata.labels?.value ?? "",
          };
      },
    });
  expect(await lintsOf([swap("one", "a", "a"), swap("other", "b", "b")])).toEqual([
    expect.objectContaining({
      place: "entries.default",
      message: expect.stringMatching(
        /^has mutators that undo each other's work among one, other: called again with its own result for a Pod it patches /,
      ),
    }),
  ]);
});

it.each<[name: string, policies: Policy[]]>([
  ["one that adds what is not there", [addLabels({ labels: { a: "b" }, podTemplates: true })]],
  ["several that agree", [setter("one", "a"), setter("other", "b")]],
  [
    "one that throws",
    [
      policy({
        name: "p",
        match: { resources: ["pods"] },
        mutate: () => {
          throw new Error("no");
        },
      }),
    ],
  ],
  ["a validator", [policy({ name: "p", match: { resources: ["pods"] }, validate: () => undefined })]],
])("nothing is said of %s", async (_name, policies) => {
  expect(await lintsOf(policies)).toEqual([]);
});

it("a long patch is cut", async () => {
  const long = policy({
    name: "count",
    match: { resources: ["configmaps"] },
    mutate: (draft) => {
      draft.data = { ...draft.data, key: `${draft.data?.key}${"x".repeat(1000)}` };
    },
  });
  const [lint] = await lintsOf([long]);
  expect(lint?.message.length).toBeLessThan(420);
  expect(lint?.message).toMatch(/x…$/);
});
