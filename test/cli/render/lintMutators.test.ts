import { describe, expect, it } from "vitest";
import { reviewOfManifest } from "../../../src/cli/manifests/reviewOfManifest.ts";
import { lintMutators, type Sample } from "../../../src/cli/render/lintMutators.ts";
import { addLabels } from "../../../src/policies/labels/addLabels.ts";
import { injectSidecar } from "../../../src/policies/sidecar/injectSidecar.ts";
import type { Match } from "../../../src/policy/define/Match.ts";
import type { Mode } from "../../../src/policy/define/Mode.ts";
import { type Policy, policy } from "../../../src/policy/define/policy.ts";
import type { Loose } from "../../policies/reviewFrom.ts";

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

const proxy = { name: "proxy", image: "registry.example.com/proxy:1" };
const onPods = (mutate: (spec: Loose) => unknown): Policy =>
  policy({ name: "p", match: { resources: ["pods"] }, mutate: (draft) => void mutate(draft.spec) });
const warning = (code: string, message: string) => ({ code, severity: "warning", place: "policies.p", message });

describe("lintMutators reports what a mutator does after another webhook:", () => {
  it.each<[what: string, mutator: Policy, message: string]>([
    [
      "it looks for its container in one place, and adds it twice",
      onPods((spec) => {
        if (spec.initContainers?.[0]?.name !== "proxy") spec.initContainers = [proxy, ...(spec.initContainers ?? [])];
      }),
      "it adds 'proxy' to spec.initContainers a second time",
    ],
    [
      "it replaces a list",
      onPods((spec) => {
        spec.volumes = [{ name: "v", emptyDir: {} }];
      }),
      "it removes what the other one added to spec.volumes",
    ],
    [
      "it is not idempotent with more containers",
      onPods(({ containers }: Loose) => {
        for (const container of containers.slice(1)) container.env = [...(container.env ?? []), { name: "X" }];
        containers[0].tty = true;
      }),
      'and then once more it patches [{"op":"add","path":"/spec/containers/1/env/2","value":{"name":"X"}}]',
    ],
  ])("%s", async (_what, mutator, message) => {
    const prefix = "is not idempotent: called again for a Pod after another webhook";
    expect(await lintsOf([mutator])).toEqual([warning("mutator-not-idempotent", `${prefix} ${message}`)]);
  });
});

it("lintMutators reports a mutator that changes the templates of older workloads, also those of named kinds", async () => {
  const templates = (podTemplates: Match["podTemplates"]) =>
    addLabels({ name: "p", labels: { a: "b" }, ...(podTemplates === undefined ? {} : { podTemplates }) });
  const message =
    "changes the Pod templates of workloads that are older than it: the next update of a Deployment, such as an annotation, replaces all of its Pods";
  expect(await lintsOf([templates(true)])).toEqual([warning("mutator-replaces-pods", message)]);
  expect(await lintsOf([templates(false)])).toEqual([]);
});

it("lintMutators tries the named kinds with Pod templates", async () => {
  const match: Match = {
    resources: ["pods"],
    operations: ["CREATE"],
    podTemplates: [
      { group: "batch.example.com", resource: "pools", version: "v2", path: ["spec", "pool", "template"] },
    ],
  };
  const onlyPools = policy({
    name: "count",
    match,
    mutate: (draft, { resource }) => {
      if (resource.resource === "pools") counter(match).mutate?.(draft, {} as never);
    },
  });
  const path = "/spec/pool/template/metadata/annotations/count";
  expect(await lintsOf([onlyPools])).toEqual([
    notIdempotent("a pools", `[{"op":"replace","path":"${path}","value":"2"}]`),
  ]);
});

it.each<[what: string, match: Match, found: readonly string[]]>([
  [
    "Pods",
    { resources: ["pods"] },
    ["spec.containers (immutable) of a Pod", "metadata.labels.app (a controller owns the object) of a Pod"],
  ],
  [
    "Pods on CREATE",
    { resources: ["pods"], operations: ["CREATE"] },
    ["metadata.labels.app (a controller owns the object) of a Pod"],
  ],
  [
    "ReplicaSets and Jobs",
    { resources: ["pods"], podTemplates: true },
    [
      "spec.template.metadata.labels.app (in a selector) of a ReplicationController",
      "spec.template (a controller owns the object) of a ReplicationController",
    ],
  ],
])("lintMutators reports leaveAlone: false with what it changes: %s", async (_what, match, found) => {
  const mutator = policy({
    name: "p",
    match,
    leaveAlone: false,
    mutate: (draft: Loose) => {
      draft.metadata = { ...draft.metadata, labels: { ...draft.metadata?.labels, app: "x" } };
      const [container] = draft.spec?.containers ?? [];
      if (container !== undefined) container.imagePullPolicy = "Always";
    },
  });
  const lints = await lintsOf([mutator]);
  const [lint] = lints.filter(({ code }) => code === "mutator-leaves-nothing-alone");
  expect(lint).toMatchObject({ severity: "warning", place: "policies.p" });
  for (const part of found) expect(lint?.message).toContain(part);
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
  ["a mutator that adds missing labels", [addLabels({ labels: { a: "b" } })]],
  ["a sidecar", [injectSidecar({ containers: [proxy], volumes: [{ name: "v", emptyDir: {} }] })]],
  ["a sidecar that comes first", [injectSidecar({ initContainers: [proxy, { ...proxy, name: "setup" }] })]],
  [
    "two sidecars that come first",
    [
      injectSidecar({ initContainers: [proxy] }),
      injectSidecar({ name: "other", initContainers: [{ ...proxy, name: "other" }] }),
    ],
  ],
  [
    "a mutator that replaces the affinity",
    [
      onPods((spec) => {
        spec.affinity = { podAntiAffinity: {} };
      }),
    ],
  ],
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
