import { describe, expect, it } from "vitest";
import type { Cluster } from "../../../src/gate/config/Cluster.ts";
import type { Match } from "../../../src/policy/match/Match.ts";
import type { EntryOptions } from "../../../src/registration/render/EntryOptions.ts";
import { mutator, validator, webhookFor, webhooksOf } from "../gateFor.ts";

const NAME = "kubernetes.io/metadata.name";
const pods = (more: Partial<Match> = {}): Match => ({ resources: ["pods"], ...more });

it("has all that an ordinary policy needs", async () => {
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
          apiVersions: ["*"],
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

describe("namespaceSelector", () => {
  it.each<[name: string, matches: Match[], expressions: object[]]>([
    ["none", [pods()], []],
    [
      "names that all policies want",
      [pods({ namespaces: { include: ["b", "a"] } }), pods({ namespaces: { include: ["c", "a"] } })],
      [{ key: NAME, operator: "In", values: ["a", "b", "c"] }],
    ],
    ["names that one wants", [pods({ namespaces: { include: ["a"] } }), pods()], []],
    ["a pattern among them", [pods({ namespaces: { include: ["a", "b*"] } })], []],
    ["names that cannot be a label's value", [pods({ namespaces: { include: ["-a"] } })], []],
    [
      "names that no policy wants",
      [
        pods({ namespaces: { exclude: ["b", "a", "x*", "kube-system"] } }),
        pods({ namespaces: { exclude: ["a", "b", "c"] } }),
      ],
      [{ key: NAME, operator: "NotIn", values: ["a", "b"] }],
    ],
    [
      "a wildcard, which may stand for a custom resource called namespaces",
      [{ apiGroups: ["*"], resources: ["*"], namespaces: { include: ["a"], exclude: ["b"] } }],
      [],
    ],
    [
      "such a custom resource itself",
      [{ apiGroups: ["example.com"], resources: ["namespaces"], namespaces: { include: ["a"], exclude: ["b"] } }],
      [],
    ],
    [
      "Namespaces, whose labels are their author's until they are stored",
      [{ resources: ["namespaces"], namespaces: { include: ["a"] } }],
      [],
    ],
  ])("%s", async (_name, matches, matchExpressions) => {
    const policies = matches.map((match, index) => validator(`p${index}`, match));
    expect((await webhookFor(...policies)).namespaceSelector).toEqual(
      matchExpressions.length === 0 ? {} : { matchExpressions },
    );
  });
});

describe("objectSelector", () => {
  const labels = { matchLabels: { a: "b" } };
  it.each<[name: string, matches: Match[], selector: object]>([
    ["labels that all demand", [pods({ labels }), { resources: ["services"], labels }], labels],
    ["labels that one demands", [pods({ labels }), pods()], {}],
    ["other labels", [pods({ labels }), pods({ labels: { matchLabels: { a: "c" } } })], {}],
    ["labels of Pod templates, which are not the object's", [pods({ labels, podTemplates: true })], {}],
    ["labels that no object can have", [pods({ labels: { matchLabels: { "a b": "c" } } })], {}],
    ["none that are demanded", [pods({ labels: {} })], {}],
  ])("%s", async (_name, matches, selector) => {
    const policies = matches.map((match, index) => validator(`p${index}`, match));
    expect((await webhookFor(...policies)).objectSelector).toEqual(selector);
  });
});

describe("an entry's own word", () => {
  const one = async (entry: EntryOptions, match: Match = pods(), cluster: Cluster = {}) => {
    const policies = [validator("v", match), mutator("m", match)];
    const { "e.validate": validate, "e.mutate": mutate } = await webhooksOf({
      policies,
      entries: { e: { policies: ["v", "m"], ...entry } },
      clusters: { c: cluster },
    });
    return { validate, mutate };
  };

  it("is the namespaceSelector, beside what all policies agree on", async () => {
    const own = { matchLabels: { team: "a" }, matchExpressions: [{ key: "x", operator: "Exists" as const }] };
    const { validate } = await one({ namespaceSelector: own }, pods({ namespaces: { include: ["a"] } }));
    expect(validate?.namespaceSelector).toEqual({
      matchLabels: own.matchLabels,
      matchExpressions: [...own.matchExpressions, { key: NAME, operator: "In", values: ["a"] }],
    });
  });

  it("is the objectSelector, and the policies' labels become a condition: each may hold for another of the two objects", async () => {
    const labels = { matchLabels: { a: "b" } };
    const { validate } = await one({ objectSelector: { matchLabels: { c: "d" } } }, pods({ labels }));
    expect(validate?.objectSelector).toEqual({ matchLabels: { c: "d" } });
    expect(validate?.matchConditions.at(-1)?.expression).toContain("l['a'] == 'b'");
  });

  it("is the last among the conditions", async () => {
    const own = { name: "example.com/mine", expression: "true" };
    const { mutate } = await one({ matchConditions: [own] });
    expect(mutate?.matchConditions.map(({ name }) => name)).toEqual([
      "postern.dev/not-by-api-server-or-sync",
      "postern.dev/not-excluded-namespace",
      "example.com/mine",
    ]);
  });

  it("decides about time and reinvocation", async () => {
    const { validate, mutate } = await one({ timeoutSeconds: 10, reinvocationPolicy: "Never" });
    expect(validate).toMatchObject({ timeoutSeconds: 10 });
    expect(validate).not.toHaveProperty("reinvocationPolicy");
    expect(mutate).toMatchObject({ timeoutSeconds: 10, reinvocationPolicy: "Never" });
  });

  it.each<[name: string, entry: EntryOptions, cluster: Cluster, validate: string, mutate: string]>([
    ["enforcing", {}, {}, "Fail", "Fail"],
    ["only warning", {}, { mode: "warn" }, "Ignore", "Ignore"],
    ["the validator enforced alone", {}, { mode: "audit", modes: { v: "enforce" } }, "Fail", "Ignore"],
    ["enforcing, and Ignore in so many words", { failurePolicy: "Ignore" }, {}, "Ignore", "Ignore"],
    ["auditing, and Fail in so many words", { failurePolicy: "Fail" }, { mode: "audit" }, "Fail", "Fail"],
  ])("failurePolicy, %s", async (_name, entry, cluster, validate, mutate) => {
    const rendered = await one(entry, pods(), cluster);
    expect([rendered.validate?.failurePolicy, rendered.mutate?.failurePolicy]).toEqual([validate, mutate]);
  });
});
