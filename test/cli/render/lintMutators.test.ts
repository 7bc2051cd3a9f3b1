import { describe, expect, it } from "vitest";
import { reviewOfManifest } from "../../../src/cli/manifests/reviewOfManifest.ts";
import { lintMutators, type Sample } from "../../../src/cli/render/lintMutators.ts";
import { addLabels } from "../../../src/policies/labels/addLabels.ts";
import type { Match } from "../../../src/policy/define/Match.ts";
import type { Mode } from "../../../src/policy/define/Mode.ts";
import { type Policy, policy } from "../../../src/policy/define/policy.ts";

type Draft = { metadata?: { annotations?: Record<string, string>; labels?: Record<string, string> } };

/** Counts its calls for each object in an annotation. */
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
const notIdempotent = (sample: string, patch = PATCH) => ({
  code: "mutator-not-idempotent",
  severity: "warning",
  place: "policies.count",
  message: `is not idempotent: called again with its own result for ${sample} it patches ${patch}`,
});

describe("lintMutators reports a mutator that is not idempotent, with the patch of its second run", () => {
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
    ["only updates", { resources: ["configmaps"], operations: ["UPDATE"] }, "a ConfigMap"],
    ["everything", { apiGroups: ["*"], resources: ["*"] }, "a Pod"],
    ["cluster-scoped objects", { resources: ["clusterroles"] }, "a ClusterRole"],
  ])("when it matches %s", async (_name, match, sample) => {
    expect(await lintsOf([counter(match)])).toEqual([notIdempotent(sample)]);
  });

  it("when it changes Pod templates", async () => {
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
      notIdempotent("a CronJob", `[{"op":"replace","path":"${path}","value":"2"}]`),
    ]);
  });

  it("in any mode", async () => {
    expect(await lintsOf([counter({ resources: ["pods"] })], [], "audit")).toHaveLength(1);
  });

  it("with manifests of the user as samples", async () => {
    const review = reviewOfManifest(
      { apiVersion: "example.com/v1", kind: "Widget", metadata: { name: "w" } },
      { operation: "CREATE" },
      "1",
    );
    if (review === undefined) throw new Error("no review");
    const match: Match = { apiGroups: ["example.com"], resources: ["widgets"] };
    expect(await lintsOf([counter(match)])).toEqual([]);
    expect(await lintsOf([counter(match)], [{ review, name: "widget.yaml:1" }])).toEqual([
      notIdempotent("widget.yaml:1"),
    ]);
  });
});

it("lintMutators reports mutators that change the results of each other together", async () => {
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
        /^has mutators that change the results of each other, among one, other: called again with its own result for a Pod it patches /,
      ),
    }),
  ]);
});

it.each<[name: string, policies: Policy[]]>([
  ["a mutator that adds missing labels", [addLabels({ labels: { a: "b" }, podTemplates: true })]],
  ["mutators whose results agree", [setter("one", "a"), setter("other", "b")]],
  [
    "a mutator that throws",
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
])("lintMutators reports nothing for %s", async (_name, policies) => {
  expect(await lintsOf(policies)).toEqual([]);
});

it("lintMutators cuts a long patch in its message", async () => {
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
