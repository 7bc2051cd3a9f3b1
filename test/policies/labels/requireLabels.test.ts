import { expect, it } from "vitest";
import { type RequireLabelsOptions, requireLabels } from "../../../src/policies/labels/requireLabels.ts";
import { PolicyDefinitionError } from "../../../src/policy/define/PolicyDefinitionError.ts";
import { nativeOf } from "../faultsOf.ts";
import { denials, findings, judge } from "../judge.ts";
import { type Loose, reviewFrom } from "../reviewFrom.ts";

const NAME = "app.kubernetes.io/name";
/** The line of a denial for a missing label. */
const lacks = (kind: string, key: string, at: string): string =>
  `require-labels: ${kind} must have the label '${key}' at ${at}`;

it.each<[fixture: string, messages: readonly string[]]>([
  ["validate-v1-create-pods-1", []],
  ["validate-v1-create-pods-2", [lacks("Pod", NAME, "metadata.labels")]],
  ["validate-v1-update-pods-1", [lacks("Pod", NAME, "metadata.labels")]],
  ["validate-v1-update-pods-ephemeralcontainers-1", []],
  ["validate-v1-create-deployments-1", [lacks("Deployment", NAME, "spec.template.metadata.labels")]],
  ["validate-v1-create-statefulsets-1", [lacks("StatefulSet", NAME, "spec.template.metadata.labels")]],
  ["validate-v1-create-cronjobs-1", [lacks("CronJob", NAME, "spec.jobTemplate.spec.template.metadata.labels")]],
  ["validate-v1-delete-pods-1", []],
  ["validate-v1-delete-deployments-1", []],
  ["validate-v1-update-deployments-scale-1", []],
  ["validate-v1-create-services-1", []],
])("requireLabels by default on %s returns the denials %j", async (fixture, messages) => {
  expect(await denials(requireLabels({ onExisting: "deny" }), reviewFrom(fixture))).toEqual(messages);
});

it("requireLabels by default warns of a label that the Pod did not have before either", async () => {
  expect(await judge(requireLabels(), reviewFrom("validate-v1-update-pods-1"), "validate")).toMatchObject({
    allowed: true,
    warnings: [
      `require-labels: not denied, because the object had this before: Pod must have the label '${NAME}' at metadata.labels`,
    ],
    auditAnnotations: { "require-labels.existing": `Pod must have the label '${NAME}' at metadata.labels` },
  });
});

const missing = (...keys: string[]): string[] => keys.map((key) => lacks("Pod", key, "metadata.labels"));
const mismatch = (key: string, pattern: string): string[] => [
  `require-labels: Pod must have the label '${key}' with a value that matches ${pattern} at metadata.labels`,
];

it.each<[what: string, labels: RequireLabelsOptions["labels"] & object, found: unknown, messages: readonly string[]]>([
  ["all missing labels", ["a", { key: "b" }, "c"], { b: "1" }, missing("a", "c")],
  ["nothing for an empty value", ["a"], { a: "" }, []],
  ["an empty value that a pattern forbids", [{ key: "a", pattern: ".+" }], { a: "" }, mismatch("a", ".+")],
  ["nothing for a value that matches", [{ key: "a", pattern: "[a-z]+" }], { a: "team" }, []],
  ["a value that matches only in part", [{ key: "a", pattern: "[a-z]+" }], { a: "team-1" }, mismatch("a", "[a-z]+")],
  [
    "a value that matches one alternative only in part",
    [{ key: "a", pattern: "x|y" }],
    { a: "xz" },
    mismatch("a", "x|y"),
  ],
  ["a value on a second line", [{ key: "a", pattern: /x/m }], { a: "x\nz" }, mismatch("a", "x")],
  ["nothing for a value that matches a RegExp with flags", [{ key: "a", pattern: /x/giy }], { a: "X" }, []],
  ["an absent label with a pattern as missing", [{ key: "a", pattern: "x" }], {}, missing("a")],
  ["a value longer than any label's", [{ key: "a", pattern: "a+" }], { a: "a".repeat(64) }, mismatch("a", "a+")],
  ["a member that every object inherits as missing", ["constructor"], {}, missing("constructor")],
  ["nothing for a label with the name of an inherited member", ["constructor"], { constructor: "x" }, []],
  ["a member of __proto__ as missing", ["a"], JSON.parse('{"__proto__": {"a": "1"}}'), missing("a")],
  ["a label with a value that is not a string as missing", ["a"], { a: 1 }, missing("a")],
  ["labels that are null as missing", ["a"], null, missing("a")],
  ["labels that are a list as missing", ["length"], ["x"], missing("length")],
  ["labels that are a string as missing", ["length"], "xyz", missing("length")],
])("requireLabels reports %s", async (_what, labels, found, messages) => {
  const policy = requireLabels({ labels });
  const review = reviewFrom("validate-v1-create-pods-1", (object) => {
    object.metadata.labels = found;
  });
  expect(await denials(policy, review)).toEqual(messages);
  // Twice, because a pattern must not continue where its last match ended.
  expect(await denials(policy, review)).toEqual(messages);
});

it.each<[what: string, metadata: unknown]>([
  ["absent", undefined],
  ["null", null],
  ["a string", "x"],
])("requireLabels reports missing labels for metadata that is %s", async (_what, metadata) => {
  const review = reviewFrom("validate-v1-create-pods-1", (object) => {
    object.metadata = metadata;
  });
  expect(await denials(requireLabels({ labels: ["a"] }), review)).toEqual(missing("a"));
});

it.each<[fixture: string, place: string]>([
  ["validate-v1-create-pods-1", "metadata"],
  ["validate-v1-create-cronjobs-1", "spec.jobTemplate.spec.template.metadata"],
])("requireLabels says where each label must be, in %s", async (fixture, place) => {
  const policy = requireLabels({ labels: ["owner", { key: "example.com/team", pattern: "[a-z]+" }] });
  const review = reviewFrom(fixture, (object) => {
    const { metadata } = object.spec.jobTemplate?.spec.template ?? object;
    metadata.labels = { "example.com/team": "1" };
  });
  expect(await findings(policy, review)).toMatchObject([
    { effect: "deny", at: `${place}.labels.owner` },
    { effect: "deny", at: `${place}.labels["example.com/team"]` },
  ]);
});

const asNamespace = (object: Loose, request: Loose): void => {
  request.resource = request.requestResource = { group: "", version: "v1", resource: "namespaces" };
  request.kind = request.requestKind = { group: "", version: "v1", kind: "Namespace" };
  request.name = request.namespace = object.metadata.name = "payments";
};

it.each<[what: string, options: RequireLabelsOptions, fixture: string, messages: readonly string[]]>([
  [
    "a Namespace",
    { resources: ["namespaces"] },
    "validate-v1-create-secrets-1",
    [lacks("Namespace", "owner", "metadata.labels")],
  ],
  ["no Pods with only namespaces in resources", { resources: ["namespaces"] }, "validate-v1-create-pods-2", []],
  [
    "a workload's own labels",
    { resources: ["deployments"] },
    "validate-v1-create-deployments-1",
    [lacks("Deployment", "owner", "metadata.labels")],
  ],
  [
    "a workload's own labels and its template's",
    { resources: ["pods", "deployments"] },
    "validate-v1-create-deployments-1",
    [lacks("Deployment", "owner", "metadata.labels"), lacks("Deployment", "owner", "spec.template.metadata.labels")],
  ],
  ["no templates with podTemplates: false", { podTemplates: false }, "validate-v1-create-deployments-1", []],
])("requireLabels checks %s", async (_what, options, fixture, messages) => {
  const policy = requireLabels({ labels: ["owner"], ...options });
  const review = reviewFrom(fixture, fixture.includes("secrets") ? asNamespace : undefined);
  expect([...(await denials(policy, review))].sort()).toEqual(messages);
});

it("requireLabels checks custom resources of the given groups", async () => {
  const asWidget = (_object: Loose, request: Loose): void => {
    request.resource = { group: "example.com", version: "v1", resource: "widgets" };
    request.kind = { group: "example.com", version: "v1", kind: "Widget" };
  };
  const policy = requireLabels({ labels: ["owner"], resources: ["widgets"], apiGroups: ["example.com"] });
  expect(await denials(policy, reviewFrom("validate-v1-create-secrets-1", asWidget))).toEqual([
    lacks("Widget", "owner", "metadata.labels"),
  ]);
});

it.each<[what: string, options: object, message: string]>([
  ["no labels", { labels: [] }, "options.labels is not a list of at least one label"],
  ["an object for a list", { labels: { team: "x" } }, "options.labels is not a list"],
  ["an invalid key", { labels: ["__proto__"] }, 'options.labels has "__proto__"'],
  ["an element that is null", { labels: [null] }, "neither a key nor an object"],
  ["an element without a key", { labels: [{ pattern: "x" }] }, "a key that is not a string"],
  ["a misspelled member", { labels: [{ key: "a", regex: "x" }] }, 'unknown member "regex"'],
  [
    "a pattern that does not compile",
    { labels: [{ key: "a", pattern: "(" }] },
    "a pattern for 'a' that is not a regular expression",
  ],
  ["a pattern with a lookahead", { labels: [{ key: "a", pattern: "(?=a).*" }] }, "'a' that has (?=, and lookaround"],
  [
    "a pattern with a backreference",
    { labels: [{ key: "a", pattern: /(a)\1/ }] },
    "'a' that has \\1, and backreferences",
  ],
  ["a pattern that is too large", { labels: [{ key: "a", pattern: "((a{99}){99})" }] }, "'a' that is too large"],
  ["a pattern with unbalanced parentheses", { labels: [{ key: "a", pattern: "a)|(b" }] }, "not a regular expression"],
  ["a pattern that is a number", { labels: [{ key: "a", pattern: 1 }] }, "neither a string nor a RegExp"],
  ["resources that are not a list", { resources: "pods" }, "options.resources is not a list"],
  ["a subresource", { resources: ["deployments/scale"] }, 'options.resources has "deployments/scale"'],
  ["a custom resource without its group", { resources: ["widgets"] }, "match.apiGroups is required"],
  ["an unknown value of onExisting", { onExisting: true }, 'onExisting is true, not "warn" or "deny"'],
  ["podTemplates without pods", { resources: ["namespaces"], podTemplates: true }, 'requires "pods" in resources'],
])("requireLabels refuses %s in its options", (_what, options, message) => {
  const define = (): unknown => requireLabels(options as RequireLabelsOptions);
  expect(define).toThrow(PolicyDefinitionError);
  expect(define).toThrow(message);
});

it.each(["([a-z]+-?)+", "(a+)+", "(a|a)*", "([a-z0-9]+[.-]?)*x", "(.*a){30}"])(
  "requireLabels matches a hostile value with %s in little time",
  async (pattern) => {
    const review = reviewFrom("validate-v1-create-pods-1", ({ metadata }) => {
      metadata.labels = { team: `${"a".repeat(62)}B` };
    });
    // By backtracking this would not end.
    expect(await denials(requireLabels({ labels: [{ key: "team", pattern }] }), review)).toHaveLength(1);
  },
);

it("requireLabels is native", () => {
  expect(nativeOf(requireLabels({ labels: ["owner", { key: "team", pattern: "[a-z]+" }] }))).toBe("yes");
});
