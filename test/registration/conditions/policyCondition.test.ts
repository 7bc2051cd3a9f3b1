import { describe, expect, it } from "vitest";
import type { Match } from "../../../src/policy/match/Match.ts";
import { callsWebhook } from "../callsWebhook.ts";
import { validator, webhookFor } from "../gateFor.ts";
import { type ReviewOf, reviewOf } from "../reviewOf.ts";

async function conditionFor(...matches: Match[]): Promise<string | undefined> {
  const { matchConditions } = await webhookFor(...matches.map((match, index) => validator(`p${index}`, match)));
  return matchConditions.find(({ name }) => name === "postern.dev/policies")?.expression;
}

const pods = (more: Partial<Match> = {}): Match => ({ resources: ["pods"], ephemeralContainers: false, ...more });
const inTeams: Match = pods({ namespaces: { include: ["team-*"] } });

describe("there is none where rules and selectors say it all", () => {
  it.each<[name: string, matches: Match[]]>([
    ["no restriction", [pods(), { resources: ["services"] }]],
    ["exact names for all", [pods({ namespaces: { include: ["a", "b"] } })]],
    ["exceptions for all", [pods({ namespaces: { exclude: ["a"] } }), pods({ namespaces: { exclude: ["a"] } })]],
    ["exceptions that are guards", [pods({ namespaces: { exclude: ["kube-system"] } }), pods()]],
    ["labels for all", [pods({ labels: { matchLabels: { a: "b" } } })]],
    ["a selector that demands nothing", [pods({ labels: {} }), pods({ labels: { matchLabels: {} } })]],
    ["a restricted policy on what another is called for anyway", [inTeams, pods()]],
    ["the same with other operations", [{ ...inTeams, operations: ["CREATE"] }, pods()]],
    ["the same through a wildcard", [inTeams, { apiGroups: ["*"], resources: ["*"] }]],
  ])("%s", async (_name, matches) => {
    expect(await conditionFor(...matches)).toBeUndefined();
  });
});

it.each<[name: string, matches: Match[], condition: string]>([
  ["patterns", [inTeams], "[has(request.namespace) ? request.namespace : ''].exists(n, n.startsWith('team-'))"],
  [
    "names that policies do not share",
    [pods({ namespaces: { exclude: ["a"] } }), { ...pods({ namespaces: { exclude: ["b", "*-x"] } }) }],
    "[has(request.namespace) ? request.namespace : ''].exists(n, (!(n == 'a') || !(n == 'b' || n.endsWith('-x'))))",
  ],
  [
    "labels beside a policy without",
    [
      pods({ labels: { matchExpressions: [{ key: "k", operator: "NotIn", values: ["it's"] }] } }),
      { resources: ["services"] },
    ],
    "(request.resource.resource == 'services' && request.resource.group == '' && (!has(request.subResource) || request.subResource == '') && request.operation in ['CREATE', 'UPDATE'] || request.resource.resource == 'pods' && request.resource.group == '' && (!has(request.subResource) || request.subResource == '') && request.operation in ['CREATE', 'UPDATE'] && [object, oldObject].exists(o, o != null && [has(o.metadata) && has(o.metadata.labels) && o.metadata.labels != null ? o.metadata.labels : {}].exists(l, !('k' in l && l['k'] == 'it\\'s'))))",
  ],
])("%s", async (_name, matches, condition) => {
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

describe("who is called", () => {
  it.each<[name: string, isCalled: boolean, match: Match, review: ReviewOf]>([
    ["in a namespace of the pattern", true, inTeams, { namespace: "team-a" }],
    ["in another", false, inTeams, { namespace: "steam-a" }],
    ["a pattern with holes", true, unsplit, { namespace: "x-azzb" }],
    ["a pattern with holes, missed", false, unsplit, { namespace: "xx-azzb" }],
    ["a Namespace of the pattern", true, namespaces, { at: "/namespaces", namespace: "team-a" }],
    [
      "a Namespace whose review has its name only",
      true,
      namespaces,
      { at: "/namespaces", namespace: "", name: "team-a" },
    ],
    ["another Namespace, deleted", false, namespaces, { at: "/namespaces", namespace: "a", operation: "DELETE" }],
    ["no namespace, where all are excepted", true, anywhere, { at: "storage.k8s.io/storageclasses", namespace: "" }],
    ["a namespace, where all are excepted", false, anywhere, {}],
    ["a template with the label", true, template, { at: "apps/deployments", object: labelled({ a: "1" }, "spec") }],
    ["a template without", false, template, { at: "apps/deployments", object: labelled({}, "spec") }],
    [
      "a workload with the label itself",
      false,
      template,
      { at: "apps/deployments", object: { ...labelled({}, "spec"), ...labelled({ a: "1" }) } },
    ],
    ["a workload without a template", true, template, { at: "apps/deployments", object: { spec: {} } }],
    [
      "a CronJob, whose template is deeper",
      false,
      template,
      { at: "batch/cronjobs", object: { spec: { jobTemplate: { spec: { template: {} } } } } },
    ],
    ["the old object's labels", true, template, { operation: "UPDATE", oldObject: labelled({ a: "1" }) }],
    ["a Pod with labels of null", false, template, { object: { metadata: { labels: null } } }],
  ])("%s: %s", async (_name, isCalled, match, about) => {
    const { review, namespaceLabels } = reviewOf(about);
    expect(callsWebhook(await webhookFor(validator("p", match)), review, namespaceLabels)).toBe(isCalled);
  });
});

it("an event is looked for in both groups: a condition sees the one that the client asked for", async () => {
  const condition = await conditionFor(
    { apiGroups: ["events.k8s.io"], resources: ["events"], namespaces: { include: ["a*"] } },
    { resources: ["services"] },
  );
  expect(condition).toContain("request.resource.group in ['', 'events.k8s.io']");
});

it("one that would be too long is left out, and the gate is called for more", async () => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, index): Match => pods({ namespaces: { include: [`team-${index}-*`] } }));
  expect((await conditionFor(...many(100)))?.length).toBeLessThan(30_000);
  expect(await conditionFor(...many(2000))).toBeUndefined();
});
