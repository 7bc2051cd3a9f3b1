import { describe, expect, it } from "vitest";
import { type Policy, type PolicyDefinition, policy } from "../../../src/policy/define/policy.ts";
import { validations } from "../../../src/policy/validations/validations.ts";

const validate = (): undefined => undefined;
const good = { name: "p", match: { resources: ["pods"] }, validate };
/** Defines a policy without type checks, like JavaScript. */
const define = (changes: object): Policy =>
  policy({ ...good, ...changes } as unknown as PolicyDefinition<"pods", "CREATE", never, unknown>);
const name = "is not a DNS label: lower-case letters, digits and '-', at most 63";

describe("policy refuses a faulty definition", () => {
  it.each<[changes: object, message: string]>([
    [{ version: "" }, `policy "p": version is not a text of 1 to 64 characters`],
    [{ version: "x".repeat(65) }, `policy "p": version is not a text of 1 to 64 characters`],
    [{ version: 1 }, `policy "p": version is not a text of 1 to 64 characters`],
    [{ name: "" }, `policy "": name ${name}`],
    [{ name: "No" }, `policy "No": name ${name}`],
    [{ name: "-a" }, `policy "-a": name ${name}`],
    [{ name: "x".repeat(64) }, `policy "${"x".repeat(64)}": name ${name}`],
    [{ name: undefined }, `policy "undefined": name ${name}`],
    [{ validate: undefined }, 'policy "p": validate and mutate are missing: a policy requires one of them'],
    [{ validate: true }, 'policy "p": validate is not a function'],
    [{ mutate: {} }, 'policy "p": mutate is not a function'],
    [{ onDeadline: "ignore" }, 'policy "p": onDeadline is "ignore", not "deny", "warn" or "allow"'],
    [{ onExisting: "allow" }, 'policy "p": onExisting is "allow", not "warn" or "deny"'],
    [{ onExisting: "" }, 'policy "p": onExisting is "", not "warn" or "deny"'],
    [{ onExisting: null }, 'policy "p": onExisting is null, not "warn" or "deny"'],
    [{ onExisting: true }, 'policy "p": onExisting is true, not "warn" or "deny"'],
    [{ leaveAlone: "no" }, 'policy "p": leaveAlone is not true or false'],
    [{ match: undefined }, 'policy "p": match is missing'],
    [{ match: null }, 'policy "p": match is missing'],
    [
      { validate: undefined, mutate: validate, match: { resources: ["pods"], operations: ["DELETE"] } },
      'policy "p": match.operations has only DELETE, which has no object to mutate',
    ],
    [
      {
        validate: validations((on) => [on("", { fault: () => true, message: () => "x" })]),
        match: { resources: ["pods"], operations: ["UPDATE", "DELETE"] },
      },
      'policy "p": match.operations has DELETE, which has no object for validations',
    ],
  ])("%j", (changes, message) => {
    expect(() => define(changes)).toThrow(expect.objectContaining({ code: "bad-policy", message }));
  });
});

it("policy refuses a misspelled onExisting", () => {
  expect(() => define({ onexisting: "deny" })).toThrow(
    /^policy "p": onexisting is unknown; known are .*\bonExisting\b/,
  );
});

type Default = [onExisting: "warn" | "deny", what: string, changes: object];
it.each<Default>([
  ["warn", "all operations", { match: { resources: ["pods"] } }],
  ["warn", "CREATE", { match: { resources: ["pods"], operations: ["CREATE"] } }],
  ["warn", "CREATE and UPDATE", { match: { resources: ["pods"], operations: ["UPDATE", "CREATE"] } }],
  ["deny", "UPDATE without CREATE", { match: { resources: ["configmaps"], operations: ["UPDATE"] } }],
  ["deny", "UPDATE and DELETE", { match: { resources: ["*"], operations: ["UPDATE", "DELETE"] } }],
  [
    "deny",
    "UPDATE of a resource and a subresource",
    { match: { resources: ["pods", "pods/resize"], operations: ["UPDATE"] } },
  ],
  ["deny", "UPDATE of a subresource", { match: { resources: ["deployments/scale"], operations: ["UPDATE"] } }],
  ["deny", "all operations on a subresource", { match: { resources: ["deployments/scale"] } }],
  ["warn", "UPDATE, with the option", { onExisting: "warn", match: { resources: ["pods"], operations: ["UPDATE"] } }],
  ["deny", "all operations, with the option", { onExisting: "deny" }],
])("onExisting is %j for a policy on %s", (onExisting, _, changes) => {
  expect(define(changes).onExisting).toBe(onExisting);
});

describe("policy refuses a faulty match", () => {
  const resource = 'a resource is a lower-case plural such as "pods" or "pods/exec"';
  const group = 'a group is a DNS name such as "apps", "*" for any, and "" is the core group';
  it.each<[match: object, message: string]>([
    [{ kinds: ["Pod"] }, "match.kinds is unknown; known are apiGroups, apiVersions, resources"],
    [{ resources: [] }, "match.resources must be a list of at least one element"],
    [{ resources: "pods" }, "match.resources must be a list of at least one element"],
    [{ resources: undefined }, "match.resources must be a list of at least one element"],
    [{ apiGroups: [] }, "match.apiGroups must be a list of at least one element"],
    [{ apiVersions: "v1" }, "match.apiVersions must be a list of at least one element"],
    [{ operations: [] }, "match.operations must be a list of at least one element"],
    [{ resources: ["Pod"] }, `match.resources has "Pod"; ${resource}`],
    [{ resources: ["pods/"] }, `match.resources has "pods/"; ${resource}`],
    [{ resources: [5] }, `match.resources has 5; ${resource}`],
    [{ resources: ["pods", "widgets"] }, 'match.apiGroups is required: "widgets" is not a built-in resource'],
    [
      { resources: ["ingress"] },
      'match.apiGroups is required: "ingress" is not a built-in resource (did you mean "ingresses"?)',
    ],
    [{ resources: ["pods/exec"] }, 'match.operations must include "CONNECT", the only operation of pods/exec'],
    [{ operations: ["create"] }, 'match.operations has "create"; known are CREATE, UPDATE, DELETE, CONNECT'],
    [{ operations: ["*"] }, 'match.operations has "*"; known are CREATE, UPDATE, DELETE, CONNECT'],
    [{ apiGroups: ["core"] }, `match.apiGroups has "core"; ${group}`],
    [{ apiGroups: ["apps/v1"] }, `match.apiGroups has "apps/v1"; ${group}`],
    [{ apiGroups: [null] }, `match.apiGroups has null; ${group}`],
    [
      { apiVersions: ["apps/v1"] },
      'match.apiVersions has "apps/v1"; a version is a word such as "v1", without its group',
    ],
    [{ apiVersions: ["v2"] }, "match.apiVersions has no version of pods, which has only v1"],
    [
      { resources: ["deployments", "secrets"], apiGroups: [""], apiVersions: ["v1beta1"] },
      "match.apiVersions has no version of secrets, which has only v1; without apiVersions each resource has its own",
    ],
    [{ unasked: "pods/binding" }, "match.unasked must be a list of subresources"],
    [{ unasked: ["pods"] }, 'match.unasked has "pods"; expected subresources such as "deployments/scale"'],
    [{ resize: "no" }, "match.resize is not true or false"],
    [{ scope: "Namespace" }, 'match.scope is not "Namespaced", "Cluster" or "*"'],
    [{ podTemplates: true, resources: ["deployments"] }, 'match.podTemplates requires "pods" in resources'],
    [
      { podTemplates: true, apiGroups: ["metrics.k8s.io"] },
      'match.podTemplates requires the core group "" in apiGroups',
    ],
    [{ podTemplates: "yes" }, "match.podTemplates is not true, false or a list of kinds"],
    [
      { podTemplates: [{ group: "a.io", resource: "rollouts", kind: "Rollout" }] },
      'match.podTemplates has the unknown key "kind"; known are group, resource, version, path, optional',
    ],
    ...[
      { resource: "rollouts" },
      { group: "a.io", resource: "Rollout" },
      { group: "a.io", resource: "rollouts", version: "a.io/v1" },
      { group: "a.io", resource: "rollouts", path: "spec.template" },
      { group: "a.io", resource: "rollouts", path: ["a b"] },
      { group: "a.io", resource: "rollouts", optional: "yes" },
    ].map((kind): [object, string] => [
      { podTemplates: [kind] },
      `match.podTemplates has ${JSON.stringify(kind)}; expected such as { group: "argoproj.io", resource: "rollouts", version: "v1alpha1", path: ["spec", "template"] }`,
    ]),
    [
      { podTemplates: [{ group: "a.io", resource: "rollouts" }], resources: ["services"] },
      'match.podTemplates requires "pods" in resources',
    ],
    [{ ephemeralContainers: 0 }, "match.ephemeralContainers is not true or false"],
    [{ namespaces: ["prod"] }, "match.namespaces is not an object"],
    [{ namespaces: { only: ["prod"] } }, 'match.namespaces has the unknown key "only"; known are include, exclude'],
    [{ namespaces: { include: "prod" } }, "match.namespaces.include must be a list of at least one name"],
    [{ namespaces: { include: [] } }, "match.namespaces.include must be a list of at least one name"],
    [{ namespaces: { exclude: [""] } }, "match.namespaces.exclude must be a list of at least one name"],
    [{ namespaces: null }, "match.namespaces is not an object"],
    [{ labels: null }, "match.labels is not an object"],
    [{ labels: { matchLabels: "app" } }, "match.labels.matchLabels is not an object"],
    [{ labels: { matchExpressions: { key: "a" } } }, "match.labels.matchExpressions is not a list"],
    [{ labels: { matchExpressions: ["a"] } }, "match.labels.matchExpressions is not an object"],
    [
      { labels: { matchExpressions: [{ operator: "Exists" }] } },
      "match.labels.matchExpressions has an element without a key",
    ],
    [{ podTemplates: [null] }, "match.podTemplates is not an object"],
    [{ labels: { app: "web" } }, 'match.labels has the unknown key "app"; known are matchLabels, matchExpressions'],
    [
      { labels: { matchLabels: { app: undefined } } },
      "match.labels.matchLabels has a value for app that is not a string",
    ],
    [
      { labels: { matchExpressions: [{ key: "a", operator: "Is" }] } },
      'match.labels.matchExpressions has the unknown operator "Is" for a; known are In, NotIn, Exists, DoesNotExist',
    ],
    [
      { labels: { matchExpressions: [{ key: "a", operator: "In" }] } },
      "match.labels.matchExpressions has the operator In for a, which requires values",
    ],
    [
      { labels: { matchExpressions: [{ key: "a", operator: "In", values: [] }] } },
      "match.labels.matchExpressions has the operator In for a, which requires values",
    ],
    [
      { labels: { matchExpressions: [{ key: "a", operator: "Exists", values: ["b"] }] } },
      "match.labels.matchExpressions has the operator Exists for a, which does not accept values",
    ],
  ])("%j", (match, message) => {
    expect(() => define({ match: { ...good.match, ...match } })).toThrow(
      expect.objectContaining({ code: "bad-policy", message: expect.stringContaining(`policy "p": ${message}`) }),
    );
  });
});

describe("policy accepts", () => {
  it.each<[changes: object]>([
    [{ name: "x".repeat(63) }],
    [{ name: "7" }],
    [{ match: { resources: ["*"] } }],
    [{ match: { resources: ["*/scale", "*/*"] } }],
    [{ match: { resources: ["widgets"], apiGroups: ["example.com"] } }],
    [{ match: { resources: ["pods"], apiGroups: ["", "*"], podTemplates: true, ephemeralContainers: false } }],
    [{ match: { resources: ["pods/exec"], operations: ["CONNECT"] } }],
    [{ match: { resources: ["pods"], operations: ["DELETE"] } }],
    [{ validate: undefined, mutate: validate }],
    [{ onExisting: "warn" }],
    [{ leaveAlone: false }],
    [
      {
        match: {
          resources: ["pods"],
          podTemplates: [{ group: "a.io", resource: "jobs", version: "v1", path: ["a", "b"] }],
        },
      },
    ],
    [{ onExisting: "deny", onDeadline: "allow" }],
    [
      {
        match: {
          resources: ["pods"],
          labels: {},
          namespaces: { exclude: ["kube-*"] },
          scope: "Namespaced",
          apiVersions: ["v1", "*"],
        },
      },
    ],
  ])("%j", (changes) => {
    const defined = define(changes);
    expect(defined).toMatchObject({ onDeadline: "deny", ...changes });
    expect(Object.isFrozen(defined)).toBe(true);
  });
});
