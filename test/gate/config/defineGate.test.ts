import { describe, expect, it } from "vitest";
import { defineGate, type GateDefinition } from "../../../src/gate/config/defineGate.ts";
import { GateConfigError } from "../../../src/gate/config/GateConfigError.ts";
import { denyLabels } from "../../../src/policies/labels/denyLabels.ts";
import { baseline } from "../../../src/policies/packs/baseline.ts";
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

describe("defineGate", () => {
  it.each<[name: string, definition: object, message: string]>([
    [
      "an unknown key",
      { polices: [] },
      "gate: polices is unknown; known are name, policies, entries, conversions, tiers, stages, exceptions, clusters",
    ],
    ["policies that are not a list", { policies: {} }, "gate: policies is not a list"],
    [
      "a policy that policy() did not create",
      { policies: [{ validate: () => undefined }] },
      "gate: policies[0] is not a policy; create it with policy({...})",
    ],
    [
      "a built-in that is not called",
      { policies: [denyLabels] },
      "gate: policies[0] is a function and not a policy; call it, as in disallowPrivileged()",
    ],
    [
      "a pack",
      { policies: [denyLabels(), baseline()] },
      'gate: policies[1] is the pack "baseline"; add its policies: ...pack.policies',
    ],
    [
      "the policies of a pack without dots",
      { policies: [baseline().policies] },
      "gate: policies[0] is a list and not a policy; write three dots before it: ...policies",
    ],
    [
      "two policies with the same name",
      { policies: [denyLabels(), denyLabels()] },
      'gate: policies[1] repeats the name "deny-labels"; give one of them another name, or leave it out (of a pack with "without")',
    ],
    [
      "no clusters",
      { clusters: undefined },
      "gate: clusters is missing; name the clusters that call the gate, such as",
    ],
    [
      "the name of the function of a policy",
      { clusters: { c: { identity: "none", modes: { denyLabels: "warn" } } } },
      'gate: clusters.c.modes names the policy "denyLabels", which the gate does not have; did you mean "deny-labels"?',
    ],
    [
      "parameters of an unknown policy",
      { clusters: { c: { identity: "none", params: { nope: {} } } } },
      'gate: clusters.c.params names the policy "nope", which the gate does not have; it has deny-labels',
    ],
    [
      "an entry that names an unknown policy",
      { entries: { a: { policies: ["nope"] } } },
      'gate: entries.a names the policy "nope", which the gate does not have',
    ],
    [
      "an entry whose name is not a DNS label",
      { entries: { "a/b": { policies: ["deny-labels"] } } },
      "gate: entries.a/b is not a DNS label; the name of an entry is part of a URL",
    ],
    [
      "an entry with an empty list of policies",
      { entries: { a: { policies: [] } } },
      "gate: entries.a.policies names no policy; the entry would allow everything",
    ],
    [
      "an entry without policies",
      { entries: { a: {} } },
      "gate: entries.a.policies names no policy; the entry would allow everything",
    ],
    ["a name with a capital letter", { name: "Mine" }, "gate: name is not a DNS label"],
    ["entries that are a list", { entries: [] }, "gate: entries is not an object with entries by name"],
    [
      "an entry with an unknown option",
      { entries: { a: { ...entry, timeout: 5 } } },
      "gate: entries.a.timeout is unknown; known are policies, namespaceSelector, objectSelector, failurePolicy, timeoutSeconds, reinvocationPolicy, matchConditions, breakGlass",
    ],
    ["an entry that is not an object", { entries: { a: [] } }, "gate: entries.a is not an object"],
    [
      "a breakGlass that is a string",
      { entries: { a: { ...entry, breakGlass: "yes" } } },
      "gate: entries.a.breakGlass is not true or false",
    ],
    [
      "a breakGlass with failurePolicy Ignore",
      { entries: { a: { ...entry, breakGlass: true, failurePolicy: "Ignore" } } },
      "gate: entries.a.breakGlass has no effect with failurePolicy Ignore",
    ],
    ...[0, 11, 30, 2.5, "5"].map((timeoutSeconds): [string, object, string] => [
      `timeoutSeconds ${JSON.stringify(timeoutSeconds)}`,
      { entries: { a: { ...entry, timeoutSeconds } } },
      "gate: entries.a.timeoutSeconds is not a whole number from 1 to 10",
    ]),
    [
      "an unknown failurePolicy",
      { entries: { a: { ...entry, failurePolicy: "fail" } } },
      'gate: entries.a.failurePolicy is not "Fail" or "Ignore"',
    ],
    [
      "an unknown reinvocationPolicy",
      { entries: { a: { ...entry, reinvocationPolicy: "Always" } } },
      'gate: entries.a.reinvocationPolicy is not "Never" or "IfNeeded"',
    ],
    [
      "labels in the place of a selector",
      { entries: { a: { ...entry, namespaceSelector: { team: "a" } } } },
      'gate: entries.a.namespaceSelector has the unknown key "team"; known are matchLabels, matchExpressions',
    ],
    [
      "a selector with a value that is not a label value",
      { entries: { a: { ...entry, objectSelector: { matchLabels: { a: "b c" } } } } },
      "gate: entries.a.objectSelector has a value for a that is not a label value",
    ],
    [
      "a selector with a key that is not a label key",
      { entries: { a: { ...entry, namespaceSelector: { matchExpressions: [{ key: "a/b/c", operator: "Exists" }] } } } },
      'gate: entries.a.namespaceSelector has the key "a/b/c", which is not a label key',
    ],
    [
      "a selector with the operator In without values",
      { entries: { a: { ...entry, namespaceSelector: { matchExpressions: [{ key: "a", operator: "In" }] } } } },
      "gate: entries.a.namespaceSelector needs label values for the operator In of a",
    ],
    [
      "a selector with the operator Exists with values",
      {
        entries: {
          a: { ...entry, namespaceSelector: { matchExpressions: [{ key: "a", operator: "Exists", values: ["b"] }] } },
        },
      },
      "gate: entries.a.namespaceSelector has values for the operator Exists of a, which takes none",
    ],
    [
      "a selector with an unknown operator",
      { entries: { a: { ...entry, namespaceSelector: { matchExpressions: [{ key: "a", operator: "Is" }] } } } },
      'gate: entries.a.namespaceSelector has the operator "Is" for a; known are In, NotIn, Exists, DoesNotExist',
    ],
    [
      "a condition without an expression",
      { entries: { a: { ...entry, matchConditions: [{ name: "x", expression: " " }] } } },
      "gate: entries.a.matchConditions[0] has no expression",
    ],
    [
      "a condition with a reserved name",
      { entries: { a: { ...entry, matchConditions: [{ name: "postern.dev/x", expression: "true" }] } } },
      'gate: entries.a.matchConditions[0] has the name "postern.dev/x"; the prefix postern.dev/ is reserved',
    ],
    [
      "two conditions with the same name",
      { entries: { a: { ...entry, matchConditions: [condition, condition] } } },
      'gate: entries.a.matchConditions[1] repeats the name "x"',
    ],
    [
      "a condition with an unknown key",
      { entries: { a: { ...entry, matchConditions: [{ name: "x", expresion: "true" }] } } },
      'gate: entries.a.matchConditions[0] has the unknown key "expresion"; known are name, expression',
    ],
    [
      "an entry default without policies",
      { entries: { a: entry, default: {} } },
      "gate: entries.default has no policy; other entries name all of them",
    ],
    ["conversions that are not a list", { conversions: {} }, "gate: conversions is not a list"],
    [
      "a conversion that conversion() did not create",
      { conversions: [{}] },
      "gate: conversions[0] is not a conversion",
    ],
    [
      "two conversions of the same kind",
      { conversions: [gateway, gateway] },
      "gate: conversions repeats Gateway.example.com",
    ],
    ["clusters that are null", { clusters: null }, "gate: clusters is neither an object nor a function"],
    [
      "a cluster name with a capital letter",
      { clusters: { Local: { identity: "none" } } },
      "gate: clusters.Local is not a cluster name: expected lower-case letters, digits, '-' and '.'",
    ],
    [
      "a cluster with an unknown mode",
      { clusters: { a: { identity: "none", mode: "lax" } } },
      'gate: clusters.a.mode: expected "enforce" or "warn" or "audit"',
    ],
    [
      "a cluster with an unknown setting",
      { clusters: { a: { identity: "none", moed: "warn" } } },
      'gate: clusters.a: unknown key "moed"',
    ],
    [
      "a mode for a policy that the gate does not have",
      { clusters: { a: { identity: "none", modes: { nope: "warn" } } } },
      'gate: clusters.a.modes names the policy "nope", which the gate does not have',
    ],
    [
      "parameters that the policy does not accept",
      { policies: [counted], clusters: { a: { identity: "none", params: { counted: "x" } } } },
      "gate: clusters.a.params.counted: expected a number",
    ],
  ])("refuses %s", (_name, change, message) => {
    const define = (): unknown =>
      defineGate({ policies: [denyLabels()], clusters: { local: { identity: "none" } }, ...change } as GateDefinition);
    expect(define).toThrow(GateConfigError);
    expect(define).toThrow(message);
  });

  it("accepts a gate with every option", () => {
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
      clusters: { local: { identity: "none", mode: "warn", modes: { counted: "audit" }, params: { counted: 4 } } },
    });
    expect(gate.policies.map(({ name }) => name)).toEqual(["deny-labels", "counted"]);
  });
});
