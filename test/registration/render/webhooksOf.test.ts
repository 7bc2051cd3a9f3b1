import { describe, expect, it } from "vitest";
import { clusterSettings } from "../../../src/gate/config/clusterSettings.ts";
import { defineGate } from "../../../src/gate/config/defineGate.ts";
import type { Match } from "../../../src/policy/define/Match.ts";
import type { EntryOptions } from "../../../src/registration/entry/EntryOptions.ts";
import { BREAK_GLASS_ANNOTATION, renderRegistrations } from "../../../src/registration/render/renderRegistrations.ts";
import { type ClusterRest, openCluster } from "../../gate/openCluster.ts";
import { mutator, validator, webhookFor, webhooksOf } from "../gateFor.ts";

const NAME = "kubernetes.io/metadata.name";
const pods = (more: Partial<Match> = {}): Match => ({ resources: ["pods"], ...more });

it("webhooksOf returns every field of a webhook with its default", async () => {
  expect(
    await webhooksOf({
      policies: [validator("v", { resources: ["configmaps"] }), mutator("m", { resources: ["services"] })],
    }),
  ).toEqual({
    "default.validate": {
      name: "default.validate.postern.postern.dev",
      clientConfig: { url: "https://gate.example.com/c/c/validate/default" },
      rules: [
        {
          apiGroups: [""],
          apiVersions: ["v1"],
          operations: ["CREATE", "UPDATE"],
          resources: ["configmaps"],
          scope: "*",
        },
      ],
      matchPolicy: "Equivalent",
      namespaceSelector: {},
      objectSelector: {},
      matchConditions: [
        expect.objectContaining({ name: "postern.dev/not-by-api-server-or-sync" }),
        expect.objectContaining({ name: "postern.dev/not-excluded-namespace" }),
        expect.objectContaining({ name: "postern.dev/not-self-test" }),
      ],
      failurePolicy: "Fail",
      timeoutSeconds: 5,
      sideEffects: "None",
      admissionReviewVersions: ["v1", "v1beta1"],
    },
    "default.mutate": expect.objectContaining({
      name: "default.mutate.postern.postern.dev",
      clientConfig: { url: "https://gate.example.com/c/c/mutate/default" },
      reinvocationPolicy: "IfNeeded",
      failurePolicy: "Fail",
    }),
  });
});

describe("the namespaceSelector of webhooksOf", () => {
  it.each<[name: string, matches: Match[], expressions: object[]]>([
    ["no namespaces", [pods()], []],
    [
      "names that every policy includes",
      [pods({ namespaces: { include: ["b", "a"] } }), pods({ namespaces: { include: ["c", "a"] } })],
      [{ key: NAME, operator: "In", values: ["a", "b", "c"] }],
    ],
    ["names that one of two policies includes", [pods({ namespaces: { include: ["a"] } }), pods()], []],
    ["a pattern among the names", [pods({ namespaces: { include: ["a", "b*"] } })], []],
    ["a name that cannot be a label value", [pods({ namespaces: { include: ["-a"] } })], []],
    [
      "names that every policy excludes",
      [
        pods({ namespaces: { exclude: ["b", "a", "x*", "kube-system"] } }),
        pods({ namespaces: { exclude: ["a", "b", "c"] } }),
      ],
      [{ key: NAME, operator: "NotIn", values: ["a", "b"] }],
    ],
    [
      "a wildcard, which may match a custom resource with the name namespaces",
      [{ apiGroups: ["*"], resources: ["*"], namespaces: { include: ["a"], exclude: ["b"] } }],
      [],
    ],
    [
      "a custom resource with the name namespaces",
      [{ apiGroups: ["example.com"], resources: ["namespaces"], namespaces: { include: ["a"], exclude: ["b"] } }],
      [],
    ],
    [
      "Namespaces, whose labels their author controls until they are stored",
      [{ resources: ["namespaces"], namespaces: { include: ["a"] } }],
      [],
    ],
  ])("is right for %s", async (_name, matches, matchExpressions) => {
    const policies = matches.map((match, index) => validator(`p${index}`, match));
    expect((await webhookFor(...policies)).namespaceSelector).toEqual(
      matchExpressions.length === 0 ? {} : { matchExpressions },
    );
  });
});

describe("the objectSelector of webhooksOf", () => {
  const labels = { matchLabels: { a: "b" } };
  it.each<[name: string, matches: Match[], selector: object]>([
    ["labels that every policy demands", [pods({ labels }), { resources: ["services"], labels }], labels],
    ["labels that one of two policies demands", [pods({ labels }), pods()], {}],
    ["different labels of two policies", [pods({ labels }), pods({ labels: { matchLabels: { a: "c" } } })], {}],
    ["labels of Pod templates, which are not labels of the object", [pods({ labels, podTemplates: true })], {}],
    ["labels that are not valid", [pods({ labels: { matchLabels: { "a b": "c" } } })], {}],
    ["a selector that demands nothing", [pods({ labels: {} })], {}],
  ])("is right for %s", async (_name, matches, selector) => {
    const policies = matches.map((match, index) => validator(`p${index}`, match));
    expect((await webhookFor(...policies)).objectSelector).toEqual(selector);
  });
});

describe("webhooksOf with options of the entry", () => {
  const one = async (entry: EntryOptions, match: Match = pods(), cluster: ClusterRest = {}) => {
    const policies = [validator("v", match), mutator("m", match)];
    const { "e.validate": validate, "e.mutate": mutate } = await webhooksOf({
      policies,
      entries: { e: { policies: ["v", "m"], ...entry } },
      clusters: { c: openCluster(cluster) },
    });
    return { validate, mutate };
  };

  it("adds its namespaceSelector to the selector of all policies", async () => {
    const own = { matchLabels: { team: "a" }, matchExpressions: [{ key: "x", operator: "Exists" as const }] };
    const { validate } = await one({ namespaceSelector: own }, pods({ namespaces: { include: ["a"] } }));
    expect(validate?.namespaceSelector).toEqual({
      matchLabels: own.matchLabels,
      matchExpressions: [...own.matchExpressions, { key: NAME, operator: "In", values: ["a"] }],
    });
  });

  it("uses its objectSelector, and expresses the labels of policies as a condition", async () => {
    const labels = { matchLabels: { a: "b" } };
    const { validate } = await one({ objectSelector: { matchLabels: { c: "d" } } }, pods({ labels }));
    expect(validate?.objectSelector).toEqual({ matchLabels: { c: "d" } });
    expect(validate?.matchConditions.at(-1)?.expression).toContain("l['a'] == 'b'");
  });

  it("puts its conditions last", async () => {
    const own = { name: "example.com/mine", expression: "true" };
    const { mutate } = await one({ matchConditions: [own] });
    expect(mutate?.matchConditions.map(({ name }) => name)).toEqual([
      "postern.dev/not-by-api-server-or-sync",
      "postern.dev/not-excluded-namespace",
      "example.com/mine",
    ]);
  });

  it("uses its timeoutSeconds and reinvocationPolicy", async () => {
    const { validate, mutate } = await one({ timeoutSeconds: 10, reinvocationPolicy: "Never" });
    expect(validate).toMatchObject({ timeoutSeconds: 10 });
    expect(validate).not.toHaveProperty("reinvocationPolicy");
    expect(mutate).toMatchObject({ timeoutSeconds: 10, reinvocationPolicy: "Never" });
  });

  it.each<[name: string, entry: EntryOptions, cluster: ClusterRest, validate: string, mutate: string]>([
    ["with enforced policies", {}, {}, "Fail", "Fail"],
    ["with policies that only warn", {}, { mode: "warn" }, "Ignore", "Ignore"],
    ["when only the validator enforces", {}, { mode: "audit", modes: { v: "enforce" } }, "Fail", "Ignore"],
    ["with enforced policies and the option Ignore", { failurePolicy: "Ignore" }, {}, "Ignore", "Ignore"],
    [
      "with a namespace that enforces",
      {},
      { mode: "warn", namespaces: [{ names: ["prod-*"], modes: { v: "enforce" } }] },
      "Fail",
      "Ignore",
    ],
    ["with audited policies and the option Fail", { failurePolicy: "Fail" }, { mode: "audit" }, "Fail", "Fail"],
  ])("sets failurePolicy %s", async (_name, entry, cluster, validate, mutate) => {
    const rendered = await one(entry, pods(), cluster);
    expect([rendered.validate?.failurePolicy, rendered.mutate?.failurePolicy]).toEqual([validate, mutate]);
  });
});

describe("webhooksOf for policies that judge one resource in different versions", () => {
  const widgets = (...apiVersions: string[]): Match => ({
    apiGroups: ["example.com"],
    resources: ["widgets"],
    operations: ["CREATE"],
    apiVersions,
  });
  const policies = [validator("first", widgets("v1")), validator("second", widgets("v2")), validator("pods", pods())];

  it("returns one for each version, with its rules and its path, and one failurePolicy", async () => {
    const clusters = { c: openCluster({ mode: "audit", modes: { second: "enforce" } }) };
    const webhooks = Object.entries(await webhooksOf({ policies, clusters }));
    expect(
      webhooks.map(([name, { clientConfig, rules, failurePolicy }]) => ({
        name,
        url: clientConfig?.url,
        called: rules.flatMap(({ apiVersions, resources }) => `${resources} ${apiVersions}`),
        failurePolicy,
      })),
    ).toEqual([
      {
        name: "v1.default.validate",
        url: "https://gate.example.com/c/c/validate/default/v1",
        called: ["pods v1", "pods/ephemeralcontainers,pods/resize v1", "widgets v1"],
        failurePolicy: "Fail",
      },
      {
        name: "v2.default.validate",
        url: "https://gate.example.com/c/c/validate/default/v2",
        called: ["widgets v2"],
        failurePolicy: "Fail",
      },
    ]);
  });

  it("marks all of them for break-glass", async () => {
    const gate = defineGate({
      policies,
      entries: { all: { policies: ["first", "second", "pods"], breakGlass: true } },
      clusters: { c: { identity: "none" } },
    });
    const { objects } = await renderRegistrations(gate, clusterSettings("c", openCluster(), gate, true));
    expect(objects.map(({ metadata }) => metadata.annotations?.[BREAK_GLASS_ANNOTATION]).filter(Boolean)).toEqual([
      "v1.all.validate.postern.postern.dev,v2.all.validate.postern.postern.dev",
    ]);
  });
});
