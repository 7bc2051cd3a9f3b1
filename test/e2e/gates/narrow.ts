import { defineGate, deny, policy } from "../../../src/index.ts";
import type { Match } from "../../../src/policy/match/Match.ts";

/** Says of each request that it matches that it was here, and nothing else. */
const says = (name: string, match: Match): ReturnType<typeof policy> =>
  policy({ name, match, validate: () => deny(`denied by ${name}`) });

const all = ["CREATE", "UPDATE", "DELETE", "CONNECT"] as const;

const policies = [
  says("globbed", { resources: ["pods"], namespaces: { include: ["team-*"], exclude: ["team-b*"] } }),
  says("one-namespace", { resources: ["configmaps"], namespaces: { include: ["only-here"] } }),
  says("excluded-by-name", {
    resources: ["secrets"],
    namespaces: { exclude: ["only-here", "team-c"] },
    operations: all,
  }),
  says("question-mark", { resources: ["services"], namespaces: { include: ["team-?"] } }),
  says("labelled", { resources: ["configmaps"], labels: { matchLabels: { tier: "front" } }, operations: all }),
  says("expressions", {
    resources: ["serviceaccounts"],
    labels: {
      matchExpressions: [
        { key: "app.kubernetes.io/name", operator: "Exists" },
        { key: "tier", operator: "NotIn", values: ["back", 'it\'s "quoted"'] },
      ],
    },
    operations: all,
  }),
  says("templates", { resources: ["pods"], podTemplates: true, labels: { matchLabels: { inner: "yes" } } }),
  says("scale", { resources: ["deployments/scale"], operations: ["UPDATE"], namespaces: { include: ["team-a"] } }),
  says("exec", { resources: ["pods/exec"], operations: ["CONNECT"], namespaces: { exclude: ["team-a"] } }),
  says("namespaces", { resources: ["namespaces"], namespaces: { include: ["team-*"] }, operations: all }),
  says("namespace-labels", { resources: ["namespaces"], labels: { matchLabels: { level: "high" } } }),
  says("cluster-scoped", {
    resources: ["clusterroles"],
    labels: { matchExpressions: [{ key: "free", operator: "DoesNotExist" }] },
    operations: all,
  }),
  says("namespaced-alone", { apiGroups: ["rbac.authorization.k8s.io"], resources: ["*"], scope: "Namespaced" }),
  says("deletions", { resources: ["deployments"], operations: ["DELETE"], labels: { matchLabels: { kept: "yes" } } }),
];

export default defineGate({
  name: "narrow",
  policies,
  entries: {
    pods: { policies: ["globbed", "templates", "exec", "scale"] },
    selected: { policies: ["labelled"] },
    tiers: { policies: ["one-namespace"], namespaceSelector: { matchLabels: { level: "high" } } },
  },
  clusters: { e2e: {} },
});
