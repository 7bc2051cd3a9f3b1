import { expect, it } from "vitest";
import type { ExceptionDefinition } from "../../../src/policy/define/PolicyException.ts";
import { exceptedRequest, matchesRequest } from "../../../src/policy/exceptions/exceptedRequest.ts";
import { exceptionMatchers } from "../../../src/policy/exceptions/exceptionMatchers.ts";
import { targetNamespace } from "../../../src/policy/match/targetNamespace.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import type { Review } from "../../../src/protocol/review/Review.ts";
import { frozenReview } from "../policyRun.ts";

const pod = frozenReview("validate-v1-create-pods-1");
const USER = { username: "alice", uid: "", groups: ["developers", "system:authenticated"], extra: {} };
const review = (change: Partial<Review> = {}): Review => ({
  ...pod,
  namespace: "legacy",
  name: "web",
  user: USER,
  ...change,
});
const controller = (name: string): Review["user"] => ({
  ...USER,
  username: `system:serviceaccount:kube-system:${name}-controller`,
});
const owned = (kind: string, name: string, more: { controller?: boolean; labels?: JsonObject } = {}): JsonObject => ({
  metadata: {
    generateName: `${name}-`,
    labels: more.labels ?? {},
    ownerReferences: [{ kind, name, controller: more.controller ?? true }],
  },
});
const HASHED = owned("ReplicaSet", "web-6d4cf56db6", { labels: { "pod-template-hash": "6d4cf56db6" } });

type Narrowing = Pick<ExceptionDefinition, "namespaces" | "names" | "subjects">;
const matches = (narrowing: Narrowing, of: Review): boolean => {
  const exception = { policy: "p", until: "2027-01-01", untilMs: 0, reason: "r", owner: "o", ...narrowing };
  const found = exceptionMatchers([exception], "p", targetNamespace(of));
  return found.some((it) => matchesRequest(it, exceptedRequest(of)));
};

it.each<[what: string, narrowing: Narrowing, review: Review]>([
  ["the namespace", { namespaces: ["legacy"] }, review()],
  ["a namespace by a pattern", { namespaces: ["other", "leg*"] }, review()],
  [
    "a Namespace object by its name",
    { namespaces: ["legacy"] },
    review({ namespace: "", name: "legacy", resource: { group: "", version: "v1", resource: "namespaces" } }),
  ],
  ["the name", { names: ["web"] }, review()],
  ["a name by a pattern", { names: ["we*"] }, review()],
  [
    "a name beside a generateName that did not make it",
    { names: ["web"] },
    review({ object: { metadata: { name: "web", generateName: "web-" } } }),
  ],
  [
    "an object that has a generated name already",
    { names: ["web-*"] },
    review({ operation: "UPDATE", name: "web-x7k2p", object: { metadata: { generateName: "web-" } } }),
  ],
  [
    "a Pod of a StatefulSet by its own name",
    { names: ["db-0"] },
    review({ name: "db-0", user: controller("statefulset"), object: owned("StatefulSet", "db") }),
  ],
  ["the user", { subjects: ["alice"] }, review()],
  [
    "a ServiceAccount by a pattern",
    { subjects: ["system:serviceaccount:ci:*"] },
    review({ user: { ...USER, username: "system:serviceaccount:ci:deployer" } }),
  ],
  ["all three", { namespaces: ["legacy"], names: ["web"], subjects: ["alice"] }, review()],
  [
    "a Pod of a Deployment of the name",
    { names: ["web"] },
    review({ name: "", user: controller("replicaset"), object: HASHED }),
  ],
  [
    "a ReplicaSet of a Deployment of the name",
    { names: ["web"] },
    review({ name: "web-6d4cf56db6", user: controller("deployment"), object: owned("Deployment", "web") }),
  ],
  [
    "a Pod of a StatefulSet of the name",
    { names: ["db"] },
    review({ name: "db-0", user: controller("statefulset"), object: owned("StatefulSet", "db") }),
  ],
  [
    "a Pod of a DaemonSet of the name",
    { names: ["agent"] },
    review({ name: "", user: controller("daemon-set"), object: owned("DaemonSet", "agent") }),
  ],
  [
    "a Job of a CronJob of the name",
    { names: ["backup"] },
    review({ name: "backup-29405280", user: controller("cronjob"), object: owned("CronJob", "backup") }),
  ],
  [
    "a Pod of a Job of a CronJob of the name",
    { names: ["backup"] },
    review({ name: "", user: controller("job"), object: owned("Job", "backup-29405280") }),
  ],
  [
    "a Pod of one controller for all",
    { names: ["web"] },
    review({ name: "", user: { ...USER, username: "system:kube-controller-manager" }, object: HASHED }),
  ],
])("matchesRequest: an exception is for %s", (_what, narrowing, of) => {
  expect(matches(narrowing, of)).toBe(true);
});

it.each<[what: string, narrowing: Narrowing, review: Review]>([
  ["another namespace", { namespaces: ["legacy"] }, review({ namespace: "legacy-2" })],
  ["an object without a namespace", { namespaces: ["*"] }, review({ namespace: "" })],
  ["a name that is too long for a namespace", { namespaces: ["legacy"] }, review({ namespace: "l".repeat(300) })],
  ["another name", { names: ["web"] }, review({ name: "web-2" })],
  ["a name in other letters", { names: ["web"] }, review({ name: "Web" })],
  [
    "a name that is to be generated",
    { names: ["web-*"] },
    review({ name: "", object: { metadata: { generateName: "web-" } } }),
  ],
  [
    "any name that is to be generated",
    { names: ["*"] },
    review({ name: "", object: { metadata: { generateName: "web-" } } }),
  ],
  [
    "a name that the API server made of generateName, which validators see",
    { names: ["web-*"] },
    review({ name: "web-x7k2p", object: { metadata: { name: "web-x7k2p", generateName: "web-" } } }),
  ],
  [
    "such a name of a longer generateName, which the API server cuts",
    { names: [`${"w".repeat(58)}*`] },
    review({ name: `${"w".repeat(58)}x7k2p`, object: { metadata: { generateName: "w".repeat(100) } } }),
  ],
  [
    "a claim of a StatefulSet with an owner that a user wrote into the template",
    { names: ["web"] },
    review({
      name: "data-evil-0",
      resource: { group: "", version: "v1", resource: "persistentvolumeclaims" },
      user: controller("statefulset"),
      object: owned("StatefulSet", "web"),
    }),
  ],
  ["a name in the object alone", { names: ["web"] }, review({ name: "", object: { metadata: { name: "web" } } })],
  ["an owner that a user wrote", { names: ["web"] }, review({ name: "evil", object: HASHED })],
  [
    "an owner that a user with a similar name wrote",
    { names: ["web"] },
    review({
      name: "evil",
      object: HASHED,
      user: { ...USER, username: "system:serviceaccount:ci:replicaset-controller" },
    }),
  ],
  [
    "an owner that a member of a group wrote",
    { names: ["web"] },
    review({
      name: "evil",
      object: HASHED,
      user: { ...USER, groups: ["system:serviceaccount:kube-system:replicaset-controller"] },
    }),
  ],
  [
    "an owner that is not the controller",
    { names: ["web"] },
    review({ name: "", user: controller("replicaset"), object: owned("ReplicaSet", "web", { controller: false }) }),
  ],
  [
    "a hash that is not the owner's suffix",
    { names: ["web"] },
    review({
      name: "",
      user: controller("replicaset"),
      object: owned("ReplicaSet", "web-1", { labels: { "pod-template-hash": "2" } }),
    }),
  ],
  [
    "an owner of another kind with digits behind the name",
    { names: ["web"] },
    review({ name: "", user: controller("replicaset"), object: owned("ReplicaSet", "web-1") }),
  ],
  [
    "owners that are not a list",
    { names: ["web"] },
    review({
      name: "",
      user: controller("replicaset"),
      object: { metadata: { ownerReferences: { name: "web", controller: true } } },
    }),
  ],
  ["another user", { subjects: ["alice"] }, review({ user: { ...USER, username: "alice2" } })],
  ["a user in a group of the name", { subjects: ["developers"] }, review()],
  [
    "a user in a group named as the user",
    { subjects: ["alice"] },
    review({ user: { ...USER, username: "bob", groups: ["alice"] } }),
  ],
  ["a group, written as one", { subjects: ["group:developers"] }, review()],
  ["a user in other letters", { subjects: ["alice"] }, review({ user: { ...USER, username: "Alice" } })],
  [
    "a part more than the star",
    { subjects: ["system:serviceaccount:*"] },
    review({ user: { ...USER, username: "system:serviceaccount:ci:deployer" } }),
  ],
  ["two of three", { namespaces: ["legacy"], names: ["web"], subjects: ["bob"] }, review()],
])("matchesRequest: an exception is not for %s", (_what, narrowing, of) => {
  expect(matches(narrowing, of)).toBe(false);
});
