import { describe, expect, it } from "vitest";
import { type DenyLabelsOptions, denyLabels } from "../../../src/policies/labels/denyLabels.ts";
import { PolicyDefinitionError } from "../../../src/policy/define/PolicyDefinitionError.ts";
import { nativeOf } from "../faultsOf.ts";
import { denials, findings, judge } from "../judge.ts";
import { type Loose, reviewFrom } from "../reviewFrom.ts";

const MESSAGE = "Pod contains forbidden label 'bad-label'";
const LINE = `deny-labels: ${MESSAGE}`;

it.each<[fixture: string, messages: readonly string[]]>([
  ["validate-v1-create-pods-1", []],
  ["validate-v1-create-pods-2", [LINE]],
  ["validate-v1beta1-create-pods-2", [LINE]],
  ["validate-v1-update-pods-1", [LINE]],
  ["validate-v1-update-pods-ephemeralcontainers-1", [LINE]],
  ["validate-v1-delete-pods-1", []],
  ["validate-v1beta1-delete-pods-1", []],
  ["validate-v1-connect-pods-exec-1", []],
  ["validate-v1-create-pods-eviction-1", []],
  ["validate-v1-create-deployments-1", []],
  ["validate-v1-create-services-1", []],
])("denyLabels on %s returns the denials %j", async (fixture, messages) => {
  expect(await denials(denyLabels({ onExisting: "deny" }), reviewFrom(fixture))).toEqual(messages);
});

it.each(["validate-v1-update-pods-1", "validate-v1-update-pods-ephemeralcontainers-1"])(
  "denyLabels by default warns of a label that the Pod had before, on %s",
  async (fixture) => {
    expect(await judge(denyLabels(), reviewFrom(fixture), "validate")).toMatchObject({
      allowed: true,
      warnings: [`deny-labels: not denied, because the object had this before: ${MESSAGE}`],
      auditAnnotations: { "deny-labels.existing": MESSAGE },
    });
  },
);

it.each<[fixture: string, template: (object: Loose) => Loose, path: string]>([
  ["validate-v1-create-deployments-1", (object) => object.spec.template, "spec.template.metadata.labels"],
  ["validate-v1-create-statefulsets-1", (object) => object.spec.template, "spec.template.metadata.labels"],
  [
    "validate-v1-create-cronjobs-1",
    (object) => object.spec.jobTemplate.spec.template,
    "spec.jobTemplate.spec.template.metadata.labels",
  ],
])("denyLabels names the path of the template's labels in %s", async (fixture, template, path) => {
  const review = reviewFrom(fixture, (object) => {
    template(object).metadata = { labels: { "bad-label": "" } };
  });
  expect(await denials(denyLabels(), review)).toEqual([`${LINE} at ${path}`]);
});

describe("denyLabels with other labels", () => {
  it.each<[what: string, labels: readonly string[], found: object | null, messages: readonly string[]]>([
    ["reports each once, in the order of the options", ["b", "a", "b"], { a: "1", b: "2" }, ["b", "a"]],
    ["accepts a key with a prefix", ["example.com/team"], { "example.com/team": "x" }, ["example.com/team"]],
    ["ignores members that every object inherits", ["constructor", "toString"], { x: "y" }, []],
    ["finds a label with the name of an inherited member", ["constructor"], { constructor: "x" }, ["constructor"]],
    ["ignores a label named __proto__", ["a"], JSON.parse('{"__proto__": {"a": "1"}}'), []],
    ["finds a forbidden label next to one named __proto__", ["a"], JSON.parse('{"__proto__": "x", "a": "1"}'), ["a"]],
    ["allows labels that are null", ["a"], null, []],
    ["finds a label with a Unicode value", ["a"], { a: "ünï🚀" }, ["a"]],
  ])("%s", async (_what, labels, found, keys) => {
    const review = reviewFrom("validate-v1-create-pods-1", (object) => {
      object.metadata.labels = found;
    });
    expect(await denials(denyLabels({ labels }), review)).toEqual(
      keys.map((key) => `deny-labels: Pod contains forbidden label '${key}'`),
    );
  });

  it.each<[fixture: string, place: string]>([
    ["validate-v1-create-pods-1", "metadata"],
    ["validate-v1-create-deployments-1", "spec.template.metadata"],
  ])("says where each label is, in %s", async (fixture, place) => {
    const review = reviewFrom(fixture, (object) => {
      const { metadata } = object.spec.template ?? object;
      metadata.labels = { team: "x", "example.com/team": "x" };
    });
    expect(await findings(denyLabels({ labels: ["team", "example.com/team"] }), review)).toMatchObject([
      { effect: "deny", at: `${place}.labels.team` },
      { effect: "deny", at: `${place}.labels["example.com/team"]` },
    ]);
  });

  it("allows a Pod without metadata", async () => {
    const review = reviewFrom("validate-v1-create-pods-1", (object) => {
      delete object.metadata;
    });
    expect(await denials(denyLabels(), review)).toEqual([]);
  });

  it("uses the name and the namespaces of its options", async () => {
    const policy = denyLabels({ name: "no-team", labels: ["team"], namespaces: { exclude: ["kube-*"] } });
    const review = reviewFrom("validate-v1-create-pods-1");
    expect(await judge(policy, review, "validate")).toMatchObject({
      allowed: false,
      message: "no-team: Pod contains forbidden label 'team'",
      auditAnnotations: { "denied-by": "no-team" },
    });
    expect(await judge(policy, { ...review, namespace: "kube-system" }, "validate")).toMatchObject({ allowed: true });
  });
});

it.each<[what: string, options: object | null, message: string]>([
  ["options that are null", null, "options is not an object"],
  [
    "a misspelled option",
    { label: ["a"] },
    "options.label is unknown; known are labels, onExisting, podTemplates, onTemplates, help, name, namespaces",
  ],
  ["a string for a list", { labels: "bad-label" }, "options.labels is not a list"],
  ["no labels", { labels: [] }, "options.labels is not a list of at least one label"],
  [
    "a key with a space",
    { labels: ["bad label"] },
    'options.labels has "bad label", which is not a valid label or annotation key',
  ],
  ["an invalid key", { labels: ["__proto__"] }, "which is not a valid label or annotation key"],
  ["an empty prefix", { labels: ["/a"] }, "which is not a valid label or annotation key"],
  ["a key of more than 63 characters", { labels: ["a".repeat(64)] }, "which is not a valid label or annotation key"],
  [
    "a prefix of more than 253 characters",
    { labels: [`${"a.".repeat(126)}aa/b`] },
    "which is not a valid label or annotation key",
  ],
  ["a key that is a number", { labels: [1] }, "a key that is not a string"],
  ["a name with a space", { name: "a b" }, "is not a DNS label"],
  ["an unknown value of onExisting", { onExisting: "allow" }, 'onExisting is "allow", not "warn" or "deny"'],
  ["onExisting that is null", { onExisting: null }, 'onExisting is null, not "warn" or "deny"'],
  [
    "namespaces that are not a list",
    { namespaces: { include: "default" } },
    "include must be a list of at least one name",
  ],
])("denyLabels refuses %s in its options", (_what, options, message) => {
  const define = (): unknown => denyLabels(options as DenyLabelsOptions);
  expect(define).toThrow(PolicyDefinitionError);
  expect(define).toThrow(message);
});

it("denyLabels is native", () => {
  expect(nativeOf(denyLabels({ labels: ["team", "example.com/legacy"] }))).toBe("yes");
});
