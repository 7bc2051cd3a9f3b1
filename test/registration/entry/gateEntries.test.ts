import { expect, it } from "vitest";
import type { EntryDefinition } from "../../../src/registration/entry/EntryOptions.ts";
import { gateEntries } from "../../../src/registration/entry/gateEntries.ts";
import { validator } from "../gateFor.ts";

const policies = ["a", "b", "c"].map((name) => validator(name, { resources: ["pods"] }));

it.each<[name: string, entries: Record<string, EntryDefinition>, resolved: Record<string, string>]>([
  ["puts all policies into default without entries", {}, { default: "abc" }],
  ["puts policies that no entry names into default", { x: { policies: ["b"] } }, { x: "b", default: "ac" }],
  ["adds them to a default that has only options", { x: { policies: ["b"] }, default: {} }, { x: "b", default: "ac" }],
  [
    "adds them to a default that names policies",
    { x: { policies: ["b"] }, default: { policies: ["b"] } },
    { x: "b", default: "abc" },
  ],
  [
    "leaves out default when no policy is left, and keeps the order of entries",
    { y: { policies: ["c", "b"] }, x: { policies: ["a", "b"] } },
    { y: "bc", x: "ab" },
  ],
])("gateEntries %s", (_name, entries, resolved) => {
  const found = gateEntries({ policies, entries });
  expect(
    Object.fromEntries(found.map((entry) => [entry.name, entry.policies.map(({ name }) => name).join("")])),
  ).toEqual(resolved);
  expect(found.map(({ name }) => name)).toEqual(Object.keys(resolved));
});
