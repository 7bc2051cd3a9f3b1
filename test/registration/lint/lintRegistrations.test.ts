import { expect, it } from "vitest";
import { clusterSettings } from "../../../src/gate/config/clusterSettings.ts";
import { defineGate } from "../../../src/gate/config/defineGate.ts";
import type { Match } from "../../../src/policy/define/Match.ts";
import type { EntryDefinition } from "../../../src/registration/entry/EntryOptions.ts";
import { lintRegistrations } from "../../../src/registration/lint/lintRegistrations.ts";
import { type ClusterRest, openCluster } from "../../gate/openCluster.ts";
import { validator } from "../gateFor.ts";

function lintsOf(match: Match, entry: EntryDefinition = {}, cluster: ClusterRest = {}, nodes = 50): string[] {
  const gate = defineGate({
    policies: [validator("p", match)],
    entries: { default: entry },
    clusters: { c: openCluster(cluster) },
  });
  const settings = clusterSettings("c", openCluster(cluster), gate, true);
  return lintRegistrations(gate, settings, nodes).map(
    ({ code, severity, place, message }) => `${severity} ${code}: ${place} ${message}`,
  );
}

const SECRETS = "warning secrets-leave-cluster: policies.p is called for Secrets; their values leave the cluster";
const never = (what: string) => `warning policy-never-called: policies.p is never called for ${what}`;
const conditions = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ name: `c${index}`, expression: "true" }));

it.each<[name: string, match: Match, lints: string[]]>([
  ["a policy on Pods", { resources: ["pods"] }, []],
  ["a policy on Secrets", { resources: ["secrets"] }, [SECRETS]],
  [
    "a policy on secrets of all groups",
    { apiGroups: ["*"], resources: ["secrets"], operations: ["DELETE"] },
    [SECRETS],
  ],
  [
    "a policy on secrets of another group",
    { apiGroups: ["example.com"], apiVersions: ["v1"], resources: ["secrets"] },
    [],
  ],
  [
    "a policy on CONNECT to everything, which carries no object",
    { apiGroups: ["*"], resources: ["*/*"], operations: ["CONNECT"] },
    [],
  ],
  [
    "a policy on everything",
    { apiGroups: ["*"], resources: ["*"] },
    [
      "warning calls-for-everything: entries.default calls validate for nearly every object, because of p: about 90,000 calls a day with 50 nodes, about $5 a month on Workers or $1 on Lambda; name the resources",
      SECRETS,
    ],
  ],
  ["a policy on every resource of one group", { apiGroups: ["apps"], resources: ["*"] }, []],
  [
    "a policy on webhook configurations",
    { resources: ["validatingwebhookconfigurations", "mutatingwebhookconfigurations"] },
    [
      "warning admissionregistration: policies.p is not called for mutatingwebhookconfigurations, validatingwebhookconfigurations: the API server calls no webhook for admissionregistration.k8s.io; use a ValidatingAdmissionPolicy",
    ],
  ],
  [
    "a policy that includes only kube-system",
    { resources: ["configmaps"], namespaces: { include: ["kube-system"] } },
    [never("configmaps: it includes only kube-system, which registrations exclude")],
  ],
  [
    "a policy that includes kube-system and another namespace",
    { resources: ["configmaps"], namespaces: { include: ["kube-system", "a"] } },
    [],
  ],
  [
    "a policy on nodes that includes one namespace",
    { resources: ["nodes", "pods"], ephemeralContainers: false, namespaces: { include: ["a"] } },
    [never("nodes: it includes only some namespaces, and these objects are cluster-scoped")],
  ],
  [
    "a policy on Namespaces that includes one name",
    { resources: ["namespaces"], namespaces: { include: ["a"] }, scope: "Cluster" },
    [],
  ],
  [
    "a policy on cluster-scoped objects that includes one namespace",
    {
      apiGroups: ["example.com"],
      apiVersions: ["*"],
      resources: ["widgets"],
      scope: "Cluster",
      namespaces: { include: ["a"] },
    },
    [never("widgets: it includes only some namespaces, and these objects are cluster-scoped")],
  ],
])("lintRegistrations checks %s", (_name, match, lints) => {
  expect(lintsOf(match)).toEqual(lints);
});

const pods: Match = { resources: ["pods"] };
it.each<[name: string, entry: EntryDefinition, cluster: ClusterRest, lints: string[]]>([
  [
    "with Ignore and an enforced policy",
    { failurePolicy: "Ignore" },
    {},
    [
      "warning ignore-on-enforcing-entry: entries.default has failurePolicy Ignore, with p enforced: requests that cannot reach the gate are allowed",
    ],
  ],
  ["with Ignore and a policy that only warns", { failurePolicy: "Ignore" }, { mode: "warn" }, []],
  ["with 62 conditions next to the guards", { matchConditions: conditions(62) }, {}, []],
  [
    "with 63 conditions next to the guards",
    { matchConditions: conditions(63) },
    {},
    [
      "error too-many-match-conditions: entries.default has 65 matchConditions for validate, guards included; the API server accepts at most 64",
    ],
  ],
])("lintRegistrations checks an entry %s", (_name, entry, cluster, lints) => {
  expect(lintsOf(pods, entry, cluster)).toEqual(lints);
});

it("lintRegistrations reports a condition that is too long", () => {
  const include = Array.from({ length: 4000 }, (_, index) => `team-${index}-*`);
  expect(lintsOf({ ...pods, namespaces: { include } })).toEqual([
    expect.stringMatching(
      /^warning condition-too-long: entries\.default needs a matchCondition of \d+ characters for validate/,
    ),
  ]);
});

it("lintRegistrations reports a policy in two entries once", () => {
  const gate = defineGate({
    policies: [validator("p", { resources: ["secrets"] })],
    entries: { a: { policies: ["p"] }, b: { policies: ["p"] } },
    clusters: { c: { identity: "none" } },
  });
  expect(lintRegistrations(gate, clusterSettings("c", openCluster(), gate, true), 50)).toHaveLength(1);
});
