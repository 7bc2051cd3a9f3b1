import { describe, expect, it } from "vitest";
import type { Match } from "../../../src/policy/define/Match.ts";
import { callsWebhook } from "../callsWebhook.ts";
import { validator, webhookFor } from "../gateFor.ts";
import { type ReviewOf, reviewOf } from "../reviewOf.ts";

async function conditionFor(...matches: Match[]): Promise<string | undefined> {
  const { matchConditions } = await webhookFor(...matches.map((match, index) => validator(`p${index}`, match)));
  return matchConditions.find(({ name }) => name === "postern.dev/policies")?.expression;
}

const pods = (more: Partial<Match> = {}): Match => ({
  resources: ["pods"],
  ephemeralContainers: false,
  resize: false,
  ...more,
});
const inTeams: Match = pods({ namespaces: { include: ["team-*"] } });

describe("policyCondition returns no condition for", () => {
  it.each<[name: string, matches: Match[]]>([
    ["policies without restrictions", [pods(), { resources: ["services"] }]],
    ["the same exact names of all policies", [pods({ namespaces: { include: ["a", "b"] } })]],
    [
      "the same exceptions of all policies",
      [pods({ namespaces: { exclude: ["a"] } }), pods({ namespaces: { exclude: ["a"] } })],
    ],
    ["exceptions that a guard excludes already", [pods({ namespaces: { exclude: ["kube-system"] } }), pods()]],
    ["the same labels of all policies", [pods({ labels: { matchLabels: { a: "b" } } })]],
    ["a selector that demands nothing", [pods({ labels: {} }), pods({ labels: { matchLabels: {} } })]],
    ["a restricted policy on what an unrestricted policy matches", [inTeams, pods()]],
    [
      "a restricted policy with fewer operations than the unrestricted one",
      [{ ...inTeams, operations: ["CREATE"] }, pods()],
    ],
    ["a restricted policy on what an unrestricted wildcard matches", [inTeams, { apiGroups: ["*"], resources: ["*"] }]],
  ])("%s", async (_name, matches) => {
    expect(await conditionFor(...matches)).toBeUndefined();
  });
});

it.each<[name: string, matches: Match[], condition: string]>([
  [
    "patterns of namespaces",
    [inTeams],
    "[has(request.namespace) ? request.namespace : ''].exists(n, n.startsWith('team-'))",
  ],
  [
    "exceptions that policies do not share",
    [pods({ namespaces: { exclude: ["a"] } }), { ...pods({ namespaces: { exclude: ["b", "*-x"] } }) }],
    "[has(request.namespace) ? request.namespace : ''].exists(n, (!(n == 'a') || !(n == 'b' || n.endsWith('-x'))))",
  ],
  [
    "labels of one policy next to a policy without labels",
    [
      pods({ labels: { matchExpressions: [{ key: "k", operator: "NotIn", values: ["it's"] }] } }),
      { resources: ["services"] },
    ],
    "(request.resource.resource == 'services' && request.resource.group == '' && (!has(request.subResource) || request.subResource == '') && request.operation in ['CREATE', 'UPDATE'] || request.resource.resource == 'pods' && request.resource.group == '' && (!has(request.subResource) || request.subResource == '') && request.operation in ['CREATE', 'UPDATE'] && [object, oldObject].exists(o, o != null && [has(o.metadata) && has(o.metadata.labels) && o.metadata.labels != null ? o.metadata.labels : {}].exists(l, !('k' in l && l['k'] == 'it\\'s'))))",
  ],
])("policyCondition expresses %s", async (_name, matches, condition) => {
  expect(await conditionFor(...matches)).toBe(condition);
});

const labelled = (labels: object, at: "spec" | "metadata" = "metadata") =>
  at === "metadata" ? { metadata: { labels } } : { metadata: {}, spec: { template: { metadata: { labels } } } };
const template: Match = pods({ podTemplates: true, labels: { matchLabels: { a: "1" } } });
const namespaces: Match = {
  resources: ["namespaces"],
  namespaces: { include: ["team-*"] },
  operations: ["CREATE", "DELETE"],
};
const anywhere: Match = { apiGroups: ["*"], resources: ["*"], namespaces: { exclude: ["*"] } };
const unsplit: Match = pods({ namespaces: { include: ["?-a*b"] } });

describe("a webhook with a policyCondition", () => {
  it.each<[name: string, isCalled: boolean, match: Match, review: ReviewOf]>([
    ["a namespace that matches the pattern", true, inTeams, { namespace: "team-a" }],
    ["a namespace that does not match the pattern", false, inTeams, { namespace: "steam-a" }],
    ["a namespace that matches a pattern with ? and *", true, unsplit, { namespace: "x-azzb" }],
    ["a namespace that does not match a pattern with ? and *", false, unsplit, { namespace: "xx-azzb" }],
    ["a Namespace that matches the pattern", true, namespaces, { at: "/namespaces", namespace: "team-a" }],
    [
      "a Namespace whose request has only a name",
      true,
      namespaces,
      { at: "/namespaces", namespace: "", name: "team-a" },
    ],
    [
      "the deletion of another Namespace",
      false,
      namespaces,
      { at: "/namespaces", namespace: "a", operation: "DELETE" },
    ],
    [
      "a cluster-scoped object when every namespace is excluded",
      true,
      anywhere,
      { at: "storage.k8s.io/storageclasses", namespace: "" },
    ],
    ["an object in a namespace when every namespace is excluded", false, anywhere, {}],
    [
      "a workload whose template has the label",
      true,
      template,
      { at: "apps/deployments", object: labelled({ a: "1" }, "spec") },
    ],
    [
      "a workload whose template lacks the label",
      false,
      template,
      { at: "apps/deployments", object: labelled({}, "spec") },
    ],
    [
      "a workload with the label only on itself",
      false,
      template,
      { at: "apps/deployments", object: { ...labelled({}, "spec"), ...labelled({ a: "1" }) } },
    ],
    ["a workload without a template", true, template, { at: "apps/deployments", object: { spec: {} } }],
    [
      "a CronJob whose template lacks the label",
      false,
      template,
      { at: "batch/cronjobs", object: { spec: { jobTemplate: { spec: { template: {} } } } } },
    ],
    [
      "an update whose old object has the label",
      true,
      template,
      { operation: "UPDATE", oldObject: labelled({ a: "1" }) },
    ],
    ["a Pod with labels of null", false, template, { object: { metadata: { labels: null } } }],
  ])("is called for %s: %s", async (_name, isCalled, match, about) => {
    const { review, namespaceLabels } = reviewOf(about);
    expect(callsWebhook(await webhookFor(validator("p", match)), review, namespaceLabels)).toBe(isCalled);
  });
});

it("policyCondition tests events in both of their groups, because a condition sees the group of the client's request", async () => {
  const condition = await conditionFor(
    { apiGroups: ["events.k8s.io"], resources: ["events"], namespaces: { include: ["a*"] } },
    { resources: ["services"] },
  );
  expect(condition).toContain("request.resource.group in ['', 'events.k8s.io']");
});

it("a condition of more than 30,000 characters is left out", async () => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, index): Match => pods({ namespaces: { include: [`team-${index}-*`] } }));
  expect((await conditionFor(...many(100)))?.length).toBeLessThan(30_000);
  expect(await conditionFor(...many(2000))).toBeUndefined();
});
