import { expect, it } from "vitest";
import { defineGate, type GateDefinition } from "../../src/gate/defineGate.ts";
import { GateConfigError } from "../../src/gate/GateConfigError.ts";
import { denyLabels } from "../../src/policies/denyLabels.ts";
import { conversion } from "../../src/policy/conversion.ts";
import { policy } from "../../src/policy/policy.ts";

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

it.each<[name: string, definition: object, message: string]>([
  ["an unknown key", { polices: [] }, "gate: polices is unknown; known are policies, entries, conversions, clusters"],
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
    entries: { pods: { policies: ["deny-labels"] } },
    conversions: [gateway],
    clusters: { local: { mode: "warn", modes: { counted: "audit" }, params: { counted: 4 } } },
  });
  expect(gate.policies.map(({ name }) => name)).toEqual(["deny-labels", "counted"]);
});
