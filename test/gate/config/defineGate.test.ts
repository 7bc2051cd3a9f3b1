import { expect, it } from "vitest";
import { defineGate, type GateDefinition } from "../../../src/gate/config/defineGate.ts";
import { GateConfigError } from "../../../src/gate/config/GateConfigError.ts";
import { denyLabels } from "../../../src/policies/labels/denyLabels.ts";
import { conversion } from "../../../src/policy/define/conversion.ts";
import { policy } from "../../../src/policy/define/policy.ts";

const gateway = conversion({ group: "example.com", kind: "Gateway", versions: ["v1"], hub: "v1", convert: {} });
const counted = policy({
  name: "counted",
  match: { resources: ["pods"] },
  params: {
    parse(value: unknown): number {
      if (value !== undefined && typeof value !== "number") throw new Error("expected a number");
      return value ?? 3;
    },
  },
  validate: () => undefined,
});

const entry = { policies: ["deny-labels"] };
const condition = { name: "x", expression: "true" };

it.each<[name: string, definition: object, message: string]>([
  [
    "an unknown key",
    { polices: [] },
    "gate: polices is unknown; known are name, policies, entries, conversions, clusters",
  ],
  ["policies that are no list", { policies: {} }, "gate: policies is not a list"],
  [
    "a policy that was not made by policy()",
    { policies: [{ validate: () => undefined }] },
    "gate: policies[0] is no policy; make it with policy({...})",
  ],
  [
    "two policies of one name",
    { policies: [denyLabels(), denyLabels()] },
    'gate: policies[1] has the name "deny-labels" a second time',
  ],
  [
    "an entry with an unknown policy",
    { entries: { a: { policies: ["nope"] } } },
    'gate: entries.a names the policy "nope", which the gate does not have',
  ],
  [
    "an entry that is no part of a URL",
    { entries: { "a/b": { policies: ["deny-labels"] } } },
    "gate: entries.a/b is not a DNS label, and it is to be part of a URL",
  ],
  ["an entry without policies", { entries: { a: { policies: [] } } }, "gate: entries.a.policies names no policy"],
  ["an entry of nothing", { entries: { a: {} } }, "gate: entries.a.policies names no policy"],
  ["a name in capitals", { name: "Mine" }, "gate: name is not a DNS label"],
  ["entries that are no table", { entries: [] }, "gate: entries is no table of entries by name"],
  [
    "an entry with an option that is unknown",
    { entries: { a: { ...entry, timeout: 5 } } },
    "gate: entries.a.timeout is unknown; known are policies, namespaceSelector, objectSelector, failurePolicy, timeoutSeconds, reinvocationPolicy, matchConditions, breakGlass",
  ],
  ["an entry that is no object", { entries: { a: [] } }, "gate: entries.a is no object"],
  [
    "a breakGlass that is a text",
    { entries: { a: { ...entry, breakGlass: "yes" } } },
    "gate: entries.a.breakGlass is not true or false",
  ],
  [
    "a breakGlass where nothing fails closed",
    { entries: { a: { ...entry, breakGlass: true, failurePolicy: "Ignore" } } },
    "gate: entries.a.breakGlass has nothing to do beside failurePolicy Ignore",
  ],
  ...[0, 11, 30, 2.5, "5"].map((timeoutSeconds): [string, object, string] => [
    `a timeout of ${timeoutSeconds}`,
    { entries: { a: { ...entry, timeoutSeconds } } },
    "gate: entries.a.timeoutSeconds is not a whole number from 1 to 10",
  ]),
  [
    "another failurePolicy",
    { entries: { a: { ...entry, failurePolicy: "fail" } } },
    'gate: entries.a.failurePolicy is not "Fail" or "Ignore"',
  ],
  [
    "another reinvocationPolicy",
    { entries: { a: { ...entry, reinvocationPolicy: "Always" } } },
    'gate: entries.a.reinvocationPolicy is not "Never" or "IfNeeded"',
  ],
  [
    "labels where a selector should be",
    { entries: { a: { ...entry, namespaceSelector: { team: "a" } } } },
    'gate: entries.a.namespaceSelector has the unknown key "team"; known are matchLabels, matchExpressions',
  ],
  [
    "a selector's value that no label has",
    { entries: { a: { ...entry, objectSelector: { matchLabels: { a: "b c" } } } } },
    "gate: entries.a.objectSelector has for a what is no label's value",
  ],
  [
    "a selector's key that no label has",
    { entries: { a: { ...entry, namespaceSelector: { matchExpressions: [{ key: "a/b/c", operator: "Exists" }] } } } },
    'gate: entries.a.namespaceSelector has the key "a/b/c", which no label can have',
  ],
  [
    "an operator without values",
    { entries: { a: { ...entry, namespaceSelector: { matchExpressions: [{ key: "a", operator: "In" }] } } } },
    "gate: entries.a.namespaceSelector needs label values for a In",
  ],
  [
    "an operator with values that it does not take",
    {
      entries: {
        a: { ...entry, namespaceSelector: { matchExpressions: [{ key: "a", operator: "Exists", values: ["b"] }] } },
      },
    },
    "gate: entries.a.namespaceSelector has values for a Exists",
  ],
  [
    "an unknown operator",
    { entries: { a: { ...entry, namespaceSelector: { matchExpressions: [{ key: "a", operator: "Is" }] } } } },
    'gate: entries.a.namespaceSelector has the operator "Is" for a; known are In, NotIn, Exists, DoesNotExist',
  ],
  [
    "a condition without an expression",
    { entries: { a: { ...entry, matchConditions: [{ name: "x", expression: " " }] } } },
    "gate: entries.a.matchConditions[0] has no expression",
  ],
  [
    "a condition of a name that is taken",
    { entries: { a: { ...entry, matchConditions: [{ name: "postern.dev/x", expression: "true" }] } } },
    'gate: entries.a.matchConditions[0] has the name "postern.dev/x"; the prefix postern.dev/ is taken',
  ],
  [
    "two conditions of one name",
    { entries: { a: { ...entry, matchConditions: [condition, condition] } } },
    'gate: entries.a.matchConditions[1] has the name "x" a second time',
  ],
  [
    "a condition with a misspelt key",
    { entries: { a: { ...entry, matchConditions: [{ name: "x", expresion: "true" }] } } },
    'gate: entries.a.matchConditions[0] has the unknown key "expresion"; known are name, expression',
  ],
  [
    "default without anything in it",
    { entries: { a: entry, default: {} } },
    "gate: entries.default has no policy: other entries name them all",
  ],
  ["conversions that are no list", { conversions: {} }, "gate: conversions is not a list"],
  ["a conversion that is none", { conversions: [{}] }, "gate: conversions[0] is no conversion"],
  [
    "two conversions of one kind",
    { conversions: [gateway, gateway] },
    "gate: conversions has Gateway.example.com a second time",
  ],
  ["no clusters", { clusters: null }, "gate: clusters is neither a table nor a function"],
  [
    "a cluster's name in capitals",
    { clusters: { Local: {} } },
    "gate: clusters.Local is no cluster's name: lower-case letters, digits, '-' and '.'",
  ],
  [
    "an unknown mode",
    { clusters: { a: { mode: "lax" } } },
    'gate: clusters.a.mode: expected "enforce" or "warn" or "audit"',
  ],
  ["a misspelt setting", { clusters: { a: { moed: "warn" } } }, 'gate: clusters.a: unknown key "moed"'],
  [
    "a mode of a policy that is not there",
    { clusters: { a: { modes: { nope: "warn" } } } },
    'gate: clusters.a.modes names the policy "nope", which the gate does not have',
  ],
  [
    "parameters that the policy does not take",
    { policies: [counted], clusters: { a: { params: { counted: "x" } } } },
    "gate: clusters.a.params.counted: expected a number",
  ],
])("refuses %s", (_name, change, message) => {
  const define = (): unknown =>
    defineGate({ policies: [denyLabels()], clusters: { local: {} }, ...change } as GateDefinition);
  expect(define).toThrow(GateConfigError);
  expect(define).toThrow(message);
});

it("takes a gate with all of its parts", () => {
  const gate = defineGate({
    policies: [denyLabels(), counted],
    name: "mine",
    entries: {
      pods: {
        policies: ["deny-labels"],
        namespaceSelector: {
          matchLabels: { "example.com/a": "" },
          matchExpressions: [{ key: "b", operator: "Exists" }],
        },
        objectSelector: { matchExpressions: [{ key: "c", operator: "NotIn", values: ["d"] }] },
        failurePolicy: "Ignore",
        timeoutSeconds: 10,
        reinvocationPolicy: "Never",
        matchConditions: [condition],
      },
      default: { timeoutSeconds: 1 },
    },
    conversions: [gateway],
    clusters: { local: { mode: "warn", modes: { counted: "audit" }, params: { counted: 4 } } },
  });
  expect(gate.policies.map(({ name }) => name)).toEqual(["deny-labels", "counted"]);
});
