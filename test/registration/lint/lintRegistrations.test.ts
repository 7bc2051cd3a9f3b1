import { expect, it } from "vitest";
import type { Cluster } from "../../../src/gate/config/Cluster.ts";
import { clusterSettings } from "../../../src/gate/config/clusterSettings.ts";
import { defineGate } from "../../../src/gate/config/defineGate.ts";
import type { Match } from "../../../src/policy/match/Match.ts";
import { lintRegistrations } from "../../../src/registration/lint/lintRegistrations.ts";
import type { EntryDefinition } from "../../../src/registration/render/EntryOptions.ts";
import { validator } from "../gateFor.ts";

function lintsOf(match: Match, entry: EntryDefinition = {}, cluster: Cluster = {}, nodes = 50): string[] {
  const gate = defineGate({ policies: [validator("p", match)], entries: { default: entry }, clusters: { c: cluster } });
  const settings = clusterSettings("c", cluster, gate.policies, true);
  return lintRegistrations(gate, settings, nodes).map(
    ({ code, severity, place, message }) => `${severity} ${code}: ${place} ${message}`,
  );
}

const SECRETS = "warning secrets-leave-cluster: policies.p is called for Secrets, whose values then leave the cluster";
const never = (what: string) => `warning policy-never-called: policies.p is never called for ${what}`;
const conditions = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ name: `c${index}`, expression: "true" }));

it.each<[name: string, match: Match, lints: string[]]>([
  ["an ordinary policy", { resources: ["pods"] }, []],
  ["Secrets by name", { resources: ["secrets"] }, [SECRETS]],
  ["Secrets by all groups", { apiGroups: ["*"], resources: ["secrets"], operations: ["DELETE"] }, [SECRETS]],
  ["Secrets of another group", { apiGroups: ["example.com"], resources: ["secrets"] }, []],
  ["CONNECT to all, which carries no object", { apiGroups: ["*"], resources: ["*/*"], operations: ["CONNECT"] }, []],
  [
    "everything",
    { apiGroups: ["*"], resources: ["*"] },
    [
      "warning calls-for-everything: entries.default calls validate for nearly every object, because of p: about 90,000 calls a day with 50 nodes, some $5 a month on Workers or $1 on Lambda; name the resources",
      SECRETS,
    ],
  ],
  ["everything of one group", { apiGroups: ["apps"], resources: ["*"] }, []],
  [
    "webhook configurations",
    { resources: ["validatingwebhookconfigurations", "mutatingwebhookconfigurations"] },
    [
      "warning admissionregistration: policies.p is not called for mutatingwebhookconfigurations, validatingwebhookconfigurations: the API server asks no webhook about admissionregistration.k8s.io; use a ValidatingAdmissionPolicy",
    ],
  ],
  [
    "what is in kube-system only",
    { resources: ["configmaps"], namespaces: { include: ["kube-system"] } },
    [never("configmaps: it is for kube-system only, where no registration reaches")],
  ],
  ["what is in kube-system as well", { resources: ["configmaps"], namespaces: { include: ["kube-system", "a"] } }, []],
  [
    "nodes of a namespace",
    { resources: ["nodes", "pods"], ephemeralContainers: false, namespaces: { include: ["a"] } },
    [never("nodes: it is for some namespaces only, and these objects are in none")],
  ],
  ["Namespaces by name", { resources: ["namespaces"], namespaces: { include: ["a"] }, scope: "Cluster" }, []],
  [
    "cluster-scoped objects of a namespace",
    { apiGroups: ["example.com"], resources: ["widgets"], scope: "Cluster", namespaces: { include: ["a"] } },
    [never("widgets: it is for some namespaces only, and these objects are in none")],
  ],
])("%s", (_name, match, lints) => {
  expect(lintsOf(match)).toEqual(lints);
});

const pods: Match = { resources: ["pods"] };
it.each<[name: string, entry: EntryDefinition, cluster: Cluster, lints: string[]]>([
  [
    "Ignore on what is enforced",
    { failurePolicy: "Ignore" },
    {},
    [
      "warning ignore-on-enforcing-entry: entries.default has failurePolicy Ignore, and p enforced: what cannot reach the gate is allowed",
    ],
  ],
  ["Ignore on what only warns", { failurePolicy: "Ignore" }, { mode: "warn" }, []],
  ["62 conditions beside the guards", { matchConditions: conditions(62) }, {}, []],
  [
    "63 conditions beside the guards",
    { matchConditions: conditions(63) },
    {},
    [
      "error too-many-match-conditions: entries.default comes to 65 matchConditions for validate, its guards among them; the API server takes 64",
    ],
  ],
])("%s", (_name, entry, cluster, lints) => {
  expect(lintsOf(pods, entry, cluster)).toEqual(lints);
});

it("says so when a condition would be too long", () => {
  const include = Array.from({ length: 4000 }, (_, index) => `team-${index}-*`);
  expect(lintsOf({ ...pods, namespaces: { include } })).toEqual([
    expect.stringMatching(
      /^warning condition-too-long: entries\.default would need a matchCondition of \d+ characters for validate/,
    ),
  ]);
});

it("names a policy that is in two entries once", () => {
  const gate = defineGate({
    policies: [validator("p", { resources: ["secrets"] })],
    entries: { a: { policies: ["p"] }, b: { policies: ["p"] } },
    clusters: { c: {} },
  });
  expect(lintRegistrations(gate, clusterSettings("c", {}, gate.policies, true), 50)).toHaveLength(1);
});
