import { describe, expect, it } from "vitest";
import type { Match } from "../../../src/policy/define/Match.ts";
import { callsWebhook } from "../callsWebhook.ts";
import { validator, webhookFor, webhooksOf } from "../gateFor.ts";
import { type ReviewOf, reviewOf } from "../reviewOf.ts";

const everything: Match = {
  apiGroups: ["*"],
  resources: ["*/*"],
  operations: ["CREATE", "UPDATE", "DELETE", "CONNECT"],
};
const SYNC = "system:serviceaccount:postern-system:postern-sync";

async function isCalled(about: ReviewOf, ...matches: Match[]): Promise<boolean> {
  const policies = matches.map((match, index) => validator(`p${index}`, match));
  const { review, namespaceLabels } = reviewOf(about);
  return Object.values(await webhooksOf({ policies })).some((it) => callsWebhook(it, review, namespaceLabels));
}

describe("with guardConditions a policy on everything is not called for", () => {
  it.each<[name: string, review: ReviewOf]>([
    ["objects in kube-system", { namespace: "kube-system" }],
    ["objects in postern-system", { namespace: "postern-system" }],
    ["the Namespace kube-system itself", { at: "/namespaces", namespace: "kube-system", operation: "UPDATE" }],
    ["the Namespace postern-system itself", { at: "/namespaces", namespace: "postern-system" }],
    [
      "the deletion of the Namespace postern-system",
      { at: "/namespaces", namespace: "postern-system", operation: "DELETE" },
    ],
    ["requests by the sync", { username: SYNC }],
    [
      "requests by the sync for cluster-scoped objects",
      { at: "storage.k8s.io/storageclasses", namespace: "", username: SYNC },
    ],
    ["nodes", { at: "/nodes", namespace: "" }],
    ["the status of nodes", { at: "/nodes/status", namespace: "", operation: "UPDATE" }],
    ["leases", { at: "coordination.k8s.io/leases" }],
    ["certificate signing requests", { at: "certificates.k8s.io/certificatesigningrequests/approval", namespace: "" }],
    ["events", { at: "/events" }],
    ["events of the group events.k8s.io", { at: "events.k8s.io/events" }],
    ["token reviews", { at: "authentication.k8s.io/tokenreviews", namespace: "" }],
    ["webhook configurations", { at: "admissionregistration.k8s.io/mutatingwebhookconfigurations", namespace: "" }],
    ["admission policies", { at: "admissionregistration.k8s.io/validatingadmissionpolicies", namespace: "" }],
    ["the sync's ClusterRole", { at: "rbac.authorization.k8s.io/clusterroles", namespace: "", name: "postern-sync" }],
    [
      "the sync's ClusterRoleBinding",
      { at: "rbac.authorization.k8s.io/clusterrolebindings", namespace: "", name: "postern-sync" },
    ],
    [
      "the sync's RoleBinding",
      { at: "rbac.authorization.k8s.io/rolebindings", namespace: "default", name: "postern-sync" },
    ],
    [
      "requests by the API server itself",
      { at: "rbac.authorization.k8s.io/clusterroles", namespace: "", username: "system:apiserver" },
    ],
    ["CSINodes", { at: "storage.k8s.io/csinodes", namespace: "" }],
    ["VolumeAttachments", { at: "storage.k8s.io/volumeattachments", namespace: "" }],
    ["ResourceSlices", { at: "resource.k8s.io/resourceslices", namespace: "" }],
    [
      "a custom resource with the name namespaces in kube-system",
      { at: "example.com/namespaces", namespace: "kube-system" },
    ],
    ["self-tests", { at: "/configmaps", namespace: "postern-selftest" }],
    ["conversion self-tests", { at: "mine.selftest.postern.dev/selftests", namespace: "postern-selftest" }],
    ["the self-test Namespace", { at: "/namespaces", namespace: "postern-selftest", name: "postern-selftest" }],
    ["the ResourceQuota of the self-test namespace", { at: "/resourcequotas", namespace: "postern-selftest" }],
  ])("%s", async (_name, review) => {
    expect(await isCalled(review, everything)).toBe(false);
  });
});

describe("with guardConditions a policy on everything is called for", () => {
  it.each<[name: string, review: ReviewOf]>([
    ["objects in kube-public", { namespace: "kube-public" }],
    [
      "requests by another ServiceAccount of postern-system",
      { username: "system:serviceaccount:postern-system:other" },
    ],
    [
      "requests by a ServiceAccount postern-sync of another namespace",
      { username: "system:serviceaccount:default:postern-sync" },
    ],
    ["requests without a user name", { username: "" }],
    ["Pods in the self-test namespace", { namespace: "postern-selftest" }],
    ["SelfTests in another namespace", { at: "mine.selftest.postern.dev/selftests", namespace: "a" }],
    ["another ClusterRole", { at: "rbac.authorization.k8s.io/clusterroles", namespace: "", name: "admin" }],
    [
      "a Role postern-sync in another namespace",
      { at: "rbac.authorization.k8s.io/roles", namespace: "a", name: "postern-sync" },
    ],
    [
      "a custom resource with the name namespaces and the name label of kube-system",
      {
        at: "example.com/namespaces",
        namespace: "a",
        object: { metadata: { labels: { "kubernetes.io/metadata.name": "kube-system" } } },
      },
    ],
    ["a ClusterRole without a name", { at: "rbac.authorization.k8s.io/clusterroles", namespace: "", name: "" }],
    ["nodes of another group", { at: "metrics.k8s.io/nodes", namespace: "" }],
    ["subject access reviews", { at: "authorization.k8s.io/subjectaccessreviews", namespace: "" }],
    ["an exec", { at: "/pods/exec", operation: "CONNECT", object: { kind: "PodExecOptions" } }],
    ["a deletion", { operation: "DELETE", oldObject: { metadata: {} } }],
  ])("%s", async (_name, review) => {
    expect(await isCalled(review, everything)).toBe(true);
  });
});

describe("a policy that names an excluded resource is called for it, also next to a policy on everything:", () => {
  it.each<[match: Match, review: ReviewOf]>([
    [{ resources: ["nodes"] }, { at: "/nodes", namespace: "" }],
    [{ apiGroups: ["coordination.k8s.io"], resources: ["leases"] }, { at: "coordination.k8s.io/leases" }],
    [{ apiGroups: ["*"], resources: ["leases"] }, { at: "coordination.k8s.io/leases" }],
    [{ apiGroups: ["events.k8s.io"], resources: ["events"] }, { at: "events.k8s.io/events" }],
    [
      { apiGroups: ["certificates.k8s.io"], resources: ["certificatesigningrequests"] },
      { at: "certificates.k8s.io/certificatesigningrequests", namespace: "" },
    ],
    [
      { apiGroups: ["authentication.k8s.io"], resources: ["tokenreviews"] },
      { at: "authentication.k8s.io/tokenreviews", namespace: "" },
    ],
  ])("%j", async (match, review) => {
    expect(await isCalled(review, match)).toBe(true);
    expect(await isCalled(review, match, everything)).toBe(true);
  });

  it("only for the subresource and operations that it names", async () => {
    const match: Match = { resources: ["nodes/proxy"], operations: ["CONNECT"] };
    expect(await isCalled({ at: "/nodes/proxy", namespace: "", operation: "CONNECT" }, match, everything)).toBe(true);
    expect(await isCalled({ at: "/nodes", namespace: "" }, match, everything)).toBe(false);
    expect(await isCalled({ at: "/nodes/status", namespace: "", operation: "UPDATE" }, match, everything)).toBe(false);
    const deletes: Match = { resources: ["nodes"], operations: ["DELETE"] };
    expect(
      await isCalled({ at: "/nodes", namespace: "", operation: "DELETE", oldObject: {} }, deletes, everything),
    ).toBe(true);
    expect(await isCalled({ at: "/nodes", namespace: "", operation: "UPDATE" }, deletes, everything)).toBe(false);
  });

  it("only in the group that it names", async () => {
    const match: Match = { apiGroups: ["example.com"], resources: ["nodes"] };
    expect(await isCalled({ at: "/nodes", namespace: "" }, match, everything)).toBe(false);
  });
});

it("guardConditions returns only the conditions for what the rules cover", async () => {
  const names = async (match: Match) =>
    (await webhookFor(validator("p", match))).matchConditions.map(({ name }) => name.replace("postern.dev/", ""));
  const always = ["not-by-api-server-or-sync", "not-excluded-namespace"];
  expect(await names({ resources: ["pods"] })).toEqual(always);
  expect(await names({ resources: ["configmaps"] })).toEqual([...always, "not-self-test"]);
  expect(await names({ resources: ["clusterroles"] })).toEqual([...always, "not-sync-rights"]);
  expect(await names({ apiGroups: ["apps"], resources: ["*"] })).toEqual(always);
  expect(await names({ apiGroups: ["*"], resources: ["pods"] })).toEqual(always);
  expect(await names(everything)).toEqual([...always, "not-machinery", "not-sync-rights", "not-self-test"]);
});
