import { expect, it } from "vitest";
import { type AddLabelsOptions, addLabels } from "../../../src/policies/labels/addLabels.ts";
import { PolicyDefinitionError } from "../../../src/policy/define/PolicyDefinitionError.ts";
import { applyMutators } from "../applyMutators.ts";
import { judge } from "../judge.ts";
import { type Loose, reviewFrom } from "../reviewFrom.ts";

it.each<[what: string, metadata: unknown, options: Omit<AddLabelsOptions, "labels">, expected: unknown]>([
  [
    "adds labels to existing labels",
    { labels: { a: "1" } },
    {},
    { labels: { a: "1", "example.com/team": "x", tier: "" } },
  ],
  ["keeps another value", { labels: { tier: "web" } }, {}, { labels: { tier: "web", "example.com/team": "x" } }],
  [
    "replaces another value with overwrite",
    { labels: { tier: "web" } },
    { overwrite: true },
    { labels: { tier: "", "example.com/team": "x" } },
  ],
  ["creates missing labels", { name: "ü🚀" }, {}, { name: "ü🚀", labels: { "example.com/team": "x", tier: "" } }],
  ["replaces labels that are null", { labels: null }, {}, { labels: { "example.com/team": "x", tier: "" } }],
  ["creates missing metadata", undefined, {}, { labels: { "example.com/team": "x", tier: "" } }],
  ["replaces metadata that is null", null, {}, { labels: { "example.com/team": "x", tier: "" } }],
])("addLabels %s", async (_what, metadata, options, expected) => {
  const policy = addLabels({ labels: { "example.com/team": "x", tier: "" }, ...options });
  const review = reviewFrom("mutate-v1-create-pods-1", (object) => {
    object.metadata = metadata;
  });
  const result = await applyMutators(policy, review);
  expect(result).toEqual({ ...review.object, metadata: expected });
});

it("addLabels changes nothing when all labels are present", async () => {
  const review = reviewFrom("mutate-v1-create-pods-1");
  const verdict = await judge(addLabels({ labels: { team: "payments" }, overwrite: true }), review, "mutate");
  expect(verdict).toMatchObject({ allowed: true, patch: [], warnings: [] });
});

it("addLabels writes one operation for each label", async () => {
  const review = reviewFrom("mutate-v1-update-pods-1");
  const verdict = await judge(addLabels({ labels: { "a/b": "1", constructor: "2" } }), review, "mutate");
  expect(verdict).toMatchObject({
    patch: [
      { op: "add", path: "/metadata/labels/a~1b", value: "1" },
      { op: "add", path: "/metadata/labels/constructor", value: "2" },
    ],
  });
});

it.each<[what: string, labels: unknown]>([
  ["a string", "x"],
  ["a number", 1],
])("addLabels fails and denies for labels that are %s", async (_what, labels) => {
  const review = reviewFrom("mutate-v1-create-pods-1", (object) => {
    object.metadata.labels = labels;
  });
  const verdict = await judge(addLabels({ labels: { a: "1" } }), review, "mutate", { failing: true });
  expect(verdict).toMatchObject({ allowed: false, code: 500 });
});

const as =
  (group: string, resource: string, operation = "CREATE") =>
  (object: Loose, request: Loose): void => {
    request.resource = { group, version: "v1", resource };
    request.operation = operation;
    request.oldObject = operation === "UPDATE" ? structuredClone(object) : null;
  };
const ownedReplicaSet = (object: Loose, request: Loose): void => {
  as("apps", "replicasets")(object, request);
  object.metadata.ownerReferences = [{ kind: "Deployment", name: "web", uid: "1", controller: true }];
};
const TEMPLATE = "/spec/template/metadata/labels/a";

it.each<
  [
    what: string,
    options: Omit<AddLabelsOptions, "labels">,
    fixture: string,
    change: ((object: Loose, request: Loose) => void) | undefined,
    paths: readonly string[],
  ]
>([
  ["nothing in a workload by default", {}, "mutate-v1-create-deployments-1", undefined, []],
  [
    "a workload's own labels",
    { resources: ["deployments"] },
    "mutate-v1-create-deployments-1",
    undefined,
    ["/metadata/labels/a"],
  ],
  ["a workload's template", { podTemplates: true }, "mutate-v1-create-deployments-1", undefined, [TEMPLATE]],
  [
    "a workload's own labels and its template",
    { podTemplates: true, resources: ["pods", "deployments"] },
    "mutate-v1-create-deployments-1",
    undefined,
    ["/metadata/labels/a", TEMPLATE],
  ],
  ["a StatefulSet's template", { podTemplates: true }, "mutate-v1-create-statefulsets-1", undefined, [TEMPLATE]],
  [
    "a CronJob's template",
    { podTemplates: true },
    "mutate-v1-create-cronjobs-1",
    undefined,
    ["/spec/jobTemplate/spec/template/metadata/labels"],
  ],
  ["a new Job's template", { podTemplates: true }, "mutate-v1-create-deployments-1", as("batch", "jobs"), [TEMPLATE]],
  [
    "nothing in the template of an existing Job",
    { podTemplates: true },
    "mutate-v1-create-deployments-1",
    as("batch", "jobs", "UPDATE"),
    [],
  ],
  [
    "nothing in the template of a Deployment's ReplicaSet",
    { podTemplates: true },
    "mutate-v1-create-deployments-1",
    ownedReplicaSet,
    [],
  ],
  [
    "the template of a ReplicaSet of its own",
    { podTemplates: true },
    "mutate-v1-create-deployments-1",
    as("apps", "replicasets"),
    [TEMPLATE],
  ],
  [
    "the template of a named kind",
    { podTemplates: [{ group: "argoproj.io", resource: "rollouts" }] },
    "mutate-v1-create-deployments-1",
    as("argoproj.io", "rollouts"),
    [TEMPLATE],
  ],
  [
    "a ReplicaSet's own labels",
    { podTemplates: true, resources: ["pods", "replicasets"] },
    "mutate-v1-create-deployments-1",
    ownedReplicaSet,
    ["/metadata/labels/a"],
  ],
  [
    "a custom resource",
    { resources: ["widgets"], apiGroups: ["example.com"] },
    "mutate-v1-create-deployments-1",
    as("example.com", "widgets"),
    ["/metadata/labels/a"],
  ],
  ["nothing in another namespace", { namespaces: { include: ["team-*"] } }, "mutate-v1-create-pods-1", undefined, []],
])("addLabels labels %s", async (_what, options, fixture, change, paths) => {
  const policy = addLabels({ labels: { a: "1" }, ...options });
  const review = reviewFrom(fixture, change);
  const verdict = await judge(policy, review, "mutate");
  expect(verdict.allowed && verdict.patch.map(({ path }) => path)).toEqual(paths);
  await applyMutators(policy, review);
});

it("addLabels changes nothing on DELETE and on an update of ephemeral containers", async () => {
  const policy = addLabels({ labels: { a: "1" } });
  for (const fixture of ["validate-v1-delete-pods-1", "validate-v1-update-pods-ephemeralcontainers-1"])
    expect(await judge(policy, reviewFrom(fixture), "mutate")).toMatchObject({ allowed: true, patch: [] });
});

it.each<[what: string, options: object | undefined, message: string]>([
  ["no options", undefined, "options is not an object"],
  ["no labels", {}, "options.labels is not an object with at least one label"],
  ["empty labels", { labels: {} }, "options.labels is not an object with at least one label"],
  ["a list of labels", { labels: ["a"] }, "options.labels is not an object"],
  ["an invalid key", { labels: JSON.parse('{"__proto__": "x"}') }, 'options.labels has "__proto__"'],
  ["a value with a space", { labels: { a: "b c" } }, "options.labels has an invalid value for 'a'"],
  ["a value of more than 63 characters", { labels: { a: "b".repeat(64) } }, "has an invalid value for 'a'"],
  ["a value that is a number", { labels: { a: 1 } }, "has an invalid value for 'a'"],
  ["a misspelled option", { labels: { a: "1" }, override: true }, "options.override is unknown"],
  ["a flag that is a string", { labels: { a: "1" }, overwrite: "no" }, "options.overwrite is not true or false"],
  ["a subresource", { labels: { a: "1" }, resources: ["pods/status"] }, 'options.resources has "pods/status"'],
  [
    "podTemplates without pods",
    { labels: { a: "1" }, resources: ["jobs"], podTemplates: true },
    'requires "pods" in resources',
  ],
])("addLabels refuses %s in its options", (_what, options, message) => {
  const define = (): unknown => addLabels(options as AddLabelsOptions);
  expect(define).toThrow(PolicyDefinitionError);
  expect(define).toThrow(message);
});
