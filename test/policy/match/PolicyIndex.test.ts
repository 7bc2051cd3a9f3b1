import { describe, expect, it } from "vitest";
import type { Match } from "../../../src/policy/define/Match.ts";
import { policy } from "../../../src/policy/define/policy.ts";
import { PolicyIndex } from "../../../src/policy/match/PolicyIndex.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import type { Operation, Review } from "../../../src/protocol/review/Review.ts";
import { frozenReview } from "../policyRun.ts";

const base = frozenReview("validate-v1-create-pods-1");
const named = (match: Match, name = "p") => policy({ name, match, validate: () => undefined, mutate: () => undefined });

/** A review of `group|resource/subresource`. Default: a CREATE in the namespace `default`. */
function reviewOf(what: string, changes: Partial<Review> = {}): Review {
  const [group = "", rest = ""] = what.split("|");
  const [resource = "", subresource = ""] = rest.split("/");
  return {
    ...base,
    resource: { group, version: "v1", resource },
    subresource,
    namespace: "default",
    name: "n",
    object: {},
    oldObject: null,
    ...changes,
  };
}

const hits = (match: Match, review: Review, purpose: "validate" | "mutate" = "validate"): boolean =>
  new PolicyIndex([named(match)], purpose).find(review).length > 0;

const pods = { resources: ["pods"] } as const;
const any = { apiGroups: ["*"], resources: ["*"] } as const;
const update = { operation: "UPDATE" as Operation };
const labelled = (labels: unknown): JsonObject => ({ metadata: { labels } });
const web = { ...pods, labels: { matchLabels: { app: "web" } } };

describe("PolicyIndex.find", () => {
  it.each<[match: Match, review: Review, matches: boolean]>([
    [pods, reviewOf("|pods"), true],
    [pods, reviewOf("metrics.k8s.io|pods"), false],
    [pods, reviewOf("|pods/exec", { operation: "CONNECT" }), false],
    [pods, reviewOf("|pods/status", update), false],
    [pods, reviewOf("|pods/ephemeralcontainers", update), true],
    [pods, reviewOf("|pods/resize", update), true],
    [{ resources: ["pods/binding"] }, reviewOf("|bindings"), true],
    [{ resources: ["bindings"] }, reviewOf("|pods/binding"), true],
    [{ ...pods, ephemeralContainers: false }, reviewOf("|pods/ephemeralcontainers", update), false],
    [pods, reviewOf("|pods", { operation: "DELETE" }), false],
    [{ ...pods, operations: ["DELETE"] }, reviewOf("|pods", { operation: "DELETE" }), true],
    [{ resources: ["pods/*"] }, reviewOf("|pods"), true],
    [{ resources: ["pods/*"] }, reviewOf("|pods/status", update), true],
    [any, reviewOf("example.com|things"), true],
    [any, reviewOf("example.com|things/status", update), false],
    [{ apiGroups: ["*"], resources: ["*/*"] }, reviewOf("example.com|things/status", update), true],
    [{ apiGroups: ["*"], resources: ["*/*"] }, reviewOf("example.com|things"), true],
    [{ apiGroups: ["apps"], resources: ["*/scale"] }, reviewOf("apps|deployments/scale", update), true],
    [{ apiGroups: ["apps"], resources: ["*/scale"] }, reviewOf("apps|deployments", update), false],
    [{ ...pods, resize: false }, reviewOf("|pods/resize", update), false],
    [{ ...pods, apiVersions: ["v2", "*"] }, reviewOf("|pods"), true],
    [{ ...any, scope: "Cluster" }, reviewOf("|namespaces", { namespace: "n" }), true],
    [{ ...any, scope: "Namespaced" }, reviewOf("|namespaces", { namespace: "n" }), false],
    [{ ...any, scope: "Cluster" }, reviewOf("|nodes", { namespace: "" }), true],
    [{ ...any, scope: "Namespaced" }, reviewOf("|nodes", { namespace: "" }), false],
    [{ ...any, scope: "Cluster" }, reviewOf("|pods"), false],
    [{ ...any, scope: "*" }, reviewOf("|pods"), true],
    [{ ...any, namespaces: { include: ["def*"] } }, reviewOf("|pods"), true],
    [{ ...any, namespaces: { include: ["prod"] } }, reviewOf("|pods"), false],
    [{ ...any, namespaces: { exclude: ["d?fault"] } }, reviewOf("|pods"), false],
    [{ ...any, namespaces: { include: ["*"], exclude: ["default"] } }, reviewOf("|pods"), false],
    [{ ...any, namespaces: { include: ["*"] } }, reviewOf("|nodes", { namespace: "" }), false],
    [{ ...any, namespaces: { exclude: ["*"] } }, reviewOf("|nodes", { namespace: "" }), true],
    [{ ...any, namespaces: { include: ["n"] } }, reviewOf("|namespaces", { namespace: "n" }), true],
    [{ ...any, namespaces: { exclude: ["n"] } }, reviewOf("|namespaces", { namespace: "" }), false],
    [web, reviewOf("|pods", { object: labelled({ app: "web", b: "c" }) }), true],
    [web, reviewOf("|pods", { object: labelled({ app: "db" }) }), false],
    [web, reviewOf("|pods", { ...update, object: labelled({}), oldObject: labelled({ app: "web" }) }), true],
    [web, reviewOf("|pods", { ...update, object: labelled({ app: "web" }), oldObject: labelled({}) }), true],
    [web, reviewOf("|pods", { object: labelled(null) }), false],
    [web, reviewOf("|pods", { object: {} }), false],
    [{ ...pods, labels: {} }, reviewOf("|pods", { object: labelled({}) }), true],
    [{ ...pods, labels: {} }, reviewOf("|pods", { object: { kind: "PodExecOptions" } }), false],
    [
      { ...pods, labels: { matchExpressions: [{ key: "a", operator: "DoesNotExist" }] } },
      reviewOf("|pods", { object: { kind: "PodExecOptions" } }),
      false,
    ],
    [
      { ...pods, labels: { matchExpressions: [{ key: "toString", operator: "Exists" }] } },
      reviewOf("|pods", { object: labelled({}) }),
      false,
    ],
  ])("with the match %j and the review %j finds the policy: %s", (match, review, matches) => {
    expect(hits(match, review)).toBe(matches);
  });

  it.each([[["app"]], ["app"], [5], [{ app: 5 }], [{ app: { toString: 1, valueOf: 1 } }]])(
    "runs a policy with a label selector when the labels are invalid: %j",
    (labels) => {
      for (const changes of [{ object: labelled(labels) }, { object: {}, oldObject: labelled(labels) }])
        expect(hits(web, reviewOf("|pods", changes))).toBe(true);
      expect(hits(web, reviewOf("|pods", { object: { metadata: labels } }))).toBe(
        Array.isArray(labels) || typeof labels !== "object",
      );
    },
  );

  it("finds a mutator for pods/ephemeralcontainers only when the mutator names it", () => {
    expect(hits(pods, reviewOf("|pods/ephemeralcontainers", update), "mutate")).toBe(false);
    expect(
      hits({ resources: ["pods/ephemeralcontainers"] }, reviewOf("|pods/ephemeralcontainers", update), "mutate"),
    ).toBe(true);
  });
});

describe("PolicyIndex.find with podTemplates", () => {
  const owners = [
    ["apps|deployments", "spec.template"],
    ["apps|statefulsets", "spec.template"],
    ["apps|daemonsets", "spec.template"],
    ["apps|replicasets", "spec.template"],
    ["batch|jobs", "spec.template"],
    ["batch|cronjobs", "spec.jobTemplate.spec.template"],
    ["|replicationcontrollers", "spec.template"],
    ["|podtemplates", "template"],
  ] as const;
  const templated = (path: string, template: unknown): JsonObject =>
    path.split(".").reduceRight<unknown>((inner, key) => ({ [key]: inner }), template) as JsonObject;

  it.each(owners)("finds the template of %s at %s, and applies the selector to the template's labels", (what, path) => {
    const index = new PolicyIndex([named({ ...web, podTemplates: true })], "validate");
    const find = (object: JsonObject) =>
      index.find(reviewOf(what, { object })).map(({ template }) => template.join("."));
    expect(find(templated(path, labelled({ app: "web" })))).toEqual([path]);
    expect(find({ ...labelled({ app: "web" }), ...templated(path, labelled({ app: "db" })) })).toEqual([]);
    for (const none of [null, [], "x", undefined]) expect(find(templated(path, none))).toEqual([path]);
    expect(find({})).toEqual([path]);
    expect(hits(web, reviewOf(what, { object: templated(path, labelled({ app: "web" })) }))).toBe(false);
  });

  it.each<[optional: boolean, labels: Match["labels"], what: string, count: number, parts: Partial<Review>]>([
    [false, undefined, "an object without a template", 1, { object: {} }],
    [true, undefined, "an object without a template", 0, { object: {} }],
    [true, undefined, "an object with a template", 1, { object: templated("spec.template", {}) }],
    [
      true,
      undefined,
      "an object that loses its template",
      0,
      { object: {}, oldObject: templated("spec.template", {}) },
    ],
    [true, undefined, "an object that gets a template", 1, { object: templated("spec.template", {}), oldObject: {} }],
    [true, undefined, "the deletion of an object without a template", 0, { object: null, oldObject: {} }],
    [
      true,
      web.labels,
      "an object that gets a template with other labels",
      0,
      { object: templated("spec.template", labelled({ app: "db" })), oldObject: {} },
    ],
    [
      true,
      web.labels,
      "an object that gets a template with its labels",
      1,
      { object: templated("spec.template", labelled({ app: "web" })), oldObject: {} },
    ],
  ])("with optional %s and labels %j finds the template of %s: %i", (optional, labels, _what, count, parts) => {
    const podTemplates = [{ group: "argoproj.io", resource: "rollouts", optional }];
    const match: Match = { resources: ["pods"], podTemplates, operations: ["CREATE", "UPDATE", "DELETE"] };
    const index = new PolicyIndex([named(labels === undefined ? match : { ...match, labels })], "validate");
    const operation = parts.object === null ? "DELETE" : parts.oldObject === undefined ? "CREATE" : "UPDATE";
    expect(index.find(reviewOf("argoproj.io|rollouts", { operation, ...parts }))).toHaveLength(count);
  });

  it("finds a policy on Pods and Deployments for both a Deployment and its template", () => {
    const index = new PolicyIndex([named({ resources: ["pods", "deployments"], podTemplates: true })], "validate");
    expect(index.find(reviewOf("apps|deployments")).map(({ template }) => template.length)).toEqual([0, 2]);
  });
});

describe("the hits of PolicyIndex.find", () => {
  it("have the order of the gate", () => {
    const matches: Match[] = [
      web,
      pods,
      { apiGroups: ["*"], resources: ["*/*"] },
      any,
      { ...web, labels: { matchLabels: { b: "c" } } },
      { resources: ["pods/*"] },
    ];
    const index = new PolicyIndex(
      matches.map((match, order) => named(match, `p${order}`)),
      "validate",
    );
    for (let again = 0; again < 2; again += 1)
      expect(
        index.find(reviewOf("|pods", { object: labelled({ b: "c", app: "web" }) })).map(({ policy: { name } }) => name),
      ).toEqual(["p0", "p1", "p2", "p3", "p4", "p5"]);
  });

  it.each<[match: Match]>([
    [{ apiGroups: ["", "*"], resources: ["pods", "pods/*", "*", "*/*", "pods"], podTemplates: true }],
    [{ ...web, resources: ["pods", "pods", "*/*"] }],
  ])("contain a policy once that names a resource several times: %j", (match) => {
    const review = reviewOf("|pods", {
      ...update,
      object: labelled({ app: "web" }),
      oldObject: labelled({ app: "web" }),
    });
    expect(new PolicyIndex([named(match), named(match, "q")], "validate").find(review)).toHaveLength(2);
  });

  it("contain a policy once that names a kind twice, and a built-in one, each with the place of its template", () => {
    const path = ["spec", "template"];
    const podTemplates = [
      { group: "apps", resource: "deployments", path },
      { group: "example.com", resource: "rollouts" },
      { group: "example.com", resource: "rollouts", path },
    ];
    const index = new PolicyIndex([named({ ...pods, podTemplates })], "validate");
    for (const what of ["apps|deployments", "example.com|rollouts"])
      expect(index.find(reviewOf(what)).map(({ template }) => template)).toEqual([path]);
  });

  it("contain a policy twice that the gate lists twice, and no policy without a function for the purpose", () => {
    const one = policy({ name: "p", match: pods, validate: () => undefined });
    expect(new PolicyIndex([one, one], "validate").find(reviewOf("|pods"))).toHaveLength(2);
    expect(new PolicyIndex([one], "mutate").find(reviewOf("|pods"))).toEqual([]);
  });

  it("are correct with more namespaces than the cache holds, and with names of any length", () => {
    const index = new PolicyIndex([named({ ...any, namespaces: { include: ["ns-7", "x*"] } })], "validate");
    const found = Array.from(
      { length: 5000 },
      (_, i) => index.find(reviewOf("|pods", { namespace: `ns-${i % 2500}` })).length,
    );
    expect(found.reduce((sum, length) => sum + length, 0)).toBe(2);
    expect(index.find(reviewOf("|namespaces", { namespace: "x".repeat(100_000) }))).toHaveLength(1);
  });
});

const inVersion = (what: string, version: string): Review => {
  const review = reviewOf(what);
  return { ...review, resource: { ...review.resource, version } };
};
const widgets: Match = { apiGroups: ["example.com"], resources: ["widgets"] };

it.each<[match: Match, review: Review, otherVersions: readonly string[] | undefined]>([
  [{ resources: ["horizontalpodautoscalers"] }, inVersion("autoscaling|horizontalpodautoscalers", "v2"), undefined],
  [
    { resources: ["horizontalpodautoscalers"] },
    inVersion("autoscaling|horizontalpodautoscalers", "v1"),
    ["autoscaling/v2"],
  ],
  [{ ...widgets, apiVersions: ["v1", "v2"] }, inVersion("example.com|widgets", "v2"), undefined],
  [
    { ...widgets, apiVersions: ["v2", "v1"] },
    inVersion("example.com|widgets", "v3"),
    ["example.com/v1", "example.com/v2"],
  ],
  [widgets, inVersion("example.com|widgets", "v3"), undefined],
  [{ resources: ["events"] }, inVersion("events.k8s.io|events", "v1"), ["v1"]],
  [{ resources: ["events"], apiGroups: ["events.k8s.io"] }, inVersion("|events", "v1"), ["events.k8s.io/v1"]],
  [{ resources: ["events"], apiGroups: ["events.k8s.io", ""] }, inVersion("|events", "v1"), undefined],
  [
    { resources: ["horizontalpodautoscalers", "*"] },
    inVersion("autoscaling|horizontalpodautoscalers", "v1"),
    undefined,
  ],
  [
    { resources: ["*"], apiVersions: ["v1"] },
    inVersion("autoscaling|horizontalpodautoscalers", "v2"),
    ["autoscaling/v1"],
  ],
])(
  "PolicyIndex.find returns a policy with the match %j for $resource.version of a resource, with the versions that it judges instead",
  (match, review, otherVersions) => {
    for (const purpose of ["validate", "mutate"] as const) {
      const [hit] = new PolicyIndex([named(match)], purpose).find(review);
      expect({ name: hit?.policy.name, otherVersions: hit?.otherVersions }).toEqual({ name: "p", otherVersions });
    }
  },
);

it("PolicyIndex.find returns no policy that names versions of all resources for a custom resource without them", () => {
  const index = new PolicyIndex([named({ resources: ["*"], apiVersions: ["v1"] })], "validate");
  expect(index.find(inVersion("example.com|widgets", "v2"))).toEqual([]);
});
