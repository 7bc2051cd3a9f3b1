import { expect, it } from "vitest";
import { readExceptions } from "../../../src/gate/config/readExceptions.ts";
import { policy } from "../../../src/policy/define/policy.ts";

const policies = [
  policy({
    name: "on-pods",
    match: { resources: ["pods"], namespaces: { exclude: ["kube-*"] } },
    reportsEachFault: true,
    validate: () => undefined,
  }),
  policy({ name: "first-only", match: { resources: ["pods"] }, validate: () => undefined }),
  policy({ name: "on-services", match: { resources: ["services"] }, validate: () => undefined }),
  policy({ name: "changes", match: { resources: ["pods"] }, mutate: () => undefined }),
];
const clusters = ["prod-1", "prod-2"];
const one = { policy: "on-pods", namespaces: ["legacy"], until: "2026-12-31", reason: "vendor image", owner: "team-a" };

it("readExceptions returns the exceptions with their ends and clusters", () => {
  const [first, second] = readExceptions(
    [
      { ...one, clusters: ["prod-1"], images: ["registry.example.com/agent:1.4"] },
      { ...one, until: "2026-12-31T18:00:00+01:00" },
    ],
    policies,
    clusters,
  );
  expect(first?.exception).toEqual({
    policy: "on-pods",
    namespaces: ["legacy"],
    images: ["registry.example.com/agent:1.4"],
    until: "2026-12-31",
    untilMs: Date.parse("2026-12-31T00:00:00Z"),
    reason: "vendor image",
    owner: "team-a",
  });
  expect(clusters.map((cluster) => first?.isOf(cluster))).toEqual([true, false]);
  expect(clusters.map((cluster) => second?.isOf(cluster))).toEqual([true, true]);
  expect(second?.exception.untilMs).toBe(Date.parse("2026-12-31T17:00:00Z"));
});

it("readExceptions takes one that has ended: it only has no effect", () => {
  expect(readExceptions([{ ...one, until: "2020-01-01" }], policies, clusters)).toHaveLength(1);
});

it("readExceptions takes any cluster where the clusters are those of a lookup", () => {
  expect(readExceptions([{ ...one, clusters: ["anything"] }], policies, undefined)).toHaveLength(1);
});

it.each<[what: string, exceptions: unknown, fault: string]>([
  ["no list", {}, "exceptions is not a list"],
  ["no object", ["on-pods"], "exceptions[0] is not an object"],
  [
    "a misspelt member",
    [{ ...one, namespace: "legacy" }],
    "exceptions[0].namespace is unknown; known are policy, clusters",
  ],
  [
    "a policy that the gate does not have",
    [one, { ...one, policy: "on-pod" }],
    'exceptions[1].policy names "on-pod", which is no policy of the gate; it has on-pods, first-only, on-services, changes',
  ],
  ["no policy", [{ ...one, policy: undefined }], "exceptions[0].policy names null"],
  ["a pattern for a policy", [{ ...one, policy: "*" }], 'exceptions[0].policy names "*"'],
  [
    "nothing that narrows it",
    [{ ...one, namespaces: undefined }],
    "exceptions[0] is for every object: name at least one of clusters, namespaces, names, subjects, images",
  ],
  [
    "a cluster that the gate does not have",
    [{ ...one, clusters: ["dev"] }],
    'exceptions[0].clusters has "dev", which matches no cluster',
  ],
  [
    "only namespaces that the policy does not judge",
    [{ ...one, namespaces: ["kube-system"] }],
    "exceptions[0].namespaces has no namespace that the policy on-pods judges",
  ],
  ["a namespace that cannot be", [{ ...one, namespaces: ["Legacy"] }], "exceptions[0].namespaces has"],
  ["an empty list of names", [{ ...one, names: [] }], "exceptions[0].names: expected a list of at least one text"],
  ["an empty name", [{ ...one, names: [""] }], "exceptions[0].names: expected"],
  ["a text for a list", [{ ...one, subjects: "alice" }], "exceptions[0].subjects: expected a list"],
  [
    "an image that cannot be",
    [{ ...one, images: ["agent:"] }],
    'exceptions[0].images has "agent:", which matches no image',
  ],
  [
    "images of a policy on other objects",
    [{ ...one, policy: "on-services", images: ["a"] }],
    "exceptions[0].images is for policies on Pods, which on-services is not",
  ],
  [
    "images of a mutator",
    [{ ...one, policy: "changes", images: ["a"] }],
    "exceptions[0].images is for policies with findings; changes changes objects",
  ],
  [
    "images of a policy that may report only its first fault",
    [{ ...one, policy: "first-only", images: ["a"] }],
    "exceptions[0].images is for policies that report each fault with its path: first-only has to do so, and to have reportsEachFault: true",
  ],
  ["an image that is too long", [{ ...one, images: ["a".repeat(1025)] }], "which matches no image"],
  ["an image with a blank", [{ ...one, images: ["agent :1"] }], "which matches no image"],
  ["no end", [{ ...one, until: undefined }], "exceptions[0].until: expected such as 2026-12-31"],
  ["an end that no calendar has", [{ ...one, until: "2026-02-30" }], "exceptions[0].until: expected"],
  ["no reason", [{ ...one, reason: " " }], "exceptions[0].reason: expected one line"],
  ["no owner", [{ ...one, owner: undefined }], "exceptions[0].owner: expected one line"],
  ["an owner of two lines", [{ ...one, owner: "a\nb" }], "exceptions[0].owner: expected one line"],
  ["a reason that is too long", [{ ...one, reason: "a".repeat(257) }], "at most 256 characters"],
])("readExceptions refuses %s", (_what, exceptions, fault) => {
  expect(() => readExceptions(exceptions, policies, clusters)).toThrow(fault);
});
