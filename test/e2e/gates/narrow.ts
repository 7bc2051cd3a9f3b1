import { defineGate, deny, policy } from "../../../src/index.ts";
import type { Match } from "../../../src/policy/define/Match.ts";

/** A policy that denies every request that it matches, with its name. Also an UPDATE, whose old object it denies too. */
const denyAll = (name: string, match: Match): ReturnType<typeof policy> =>
  policy({ name, match, onExisting: "deny", validate: () => deny(`denied by ${name}`) });

const ALL_OPERATIONS = ["CREATE", "UPDATE", "DELETE", "CONNECT"] as const;

const policies = [
  denyAll("globbed", { resources: ["pods"], namespaces: { include: ["team-*"], exclude: ["team-b*"] } }),
  denyAll("one-namespace", { resources: ["configmaps"], namespaces: { include: ["only-here"] } }),
  denyAll("excluded-by-name", {
    resources: ["secrets"],
    namespaces: { exclude: ["only-here", "team-c"] },
    operations: ALL_OPERATIONS,
  }),
  denyAll("question-mark", { resources: ["services"], namespaces: { include: ["team-?"] } }),
  denyAll("labelled", {
    resources: ["configmaps"],
    labels: { matchLabels: { tier: "front" } },
    operations: ALL_OPERATIONS,
  }),
  denyAll("expressions", {
    resources: ["serviceaccounts"],
    labels: {
      matchExpressions: [
        { key: "app.kubernetes.io/name", operator: "Exists" },
        { key: "tier", operator: "NotIn", values: ["back", 'it\'s "quoted"'] },
      ],
    },
    operations: ALL_OPERATIONS,
  }),
  denyAll("templates", { resources: ["pods"], podTemplates: true, labels: { matchLabels: { inner: "yes" } } }),
  denyAll("scale", { resources: ["deployments/scale"], operations: ["UPDATE"], namespaces: { include: ["team-a"] } }),
  denyAll("exec", { resources: ["pods/exec"], operations: ["CONNECT"], namespaces: { exclude: ["team-a"] } }),
  denyAll("namespaces", { resources: ["namespaces"], namespaces: { include: ["team-*"] }, operations: ALL_OPERATIONS }),
  denyAll("namespace-labels", { resources: ["namespaces"], labels: { matchLabels: { level: "high" } } }),
  denyAll("cluster-scoped", {
    resources: ["clusterroles"],
    labels: { matchExpressions: [{ key: "free", operator: "DoesNotExist" }] },
    operations: ALL_OPERATIONS,
  }),
  denyAll("namespaced-only", { apiGroups: ["rbac.authorization.k8s.io"], resources: ["*"], scope: "Namespaced" }),
  denyAll("deletions", {
    resources: ["deployments"],
    operations: ["DELETE"],
    labels: { matchLabels: { kept: "yes" } },
  }),
];

/** A gate whose policies match by namespace, labels, scope, operation and subresource. */
export default defineGate({
  name: "narrow",
  policies,
  entries: {
    pods: { policies: ["globbed", "templates", "exec", "scale"] },
    selected: { policies: ["labelled"] },
    tiers: { policies: ["one-namespace"], namespaceSelector: { matchLabels: { level: "high" } } },
  },
  clusters: { e2e: { identity: "none" } },
});
