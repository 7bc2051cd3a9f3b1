import { expect, it } from "vitest";
import type { EntryDefinition } from "../../../src/registration/render/EntryOptions.ts";
import { gateEntries } from "../../../src/registration/render/gateEntries.ts";
import { validator } from "../gateFor.ts";

const policies = ["a", "b", "c"].map((name) => validator(name, { resources: ["pods"] }));

it.each<[name: string, entries: Record<string, EntryDefinition>, resolved: Record<string, string>]>([
  ["without entries all are in default", {}, { default: "abc" }],
  ["what no entry names is in default", { x: { policies: ["b"] } }, { x: "b", default: "ac" }],
  ["default has options of its own, and the rest", { x: { policies: ["b"] }, default: {} }, { x: "b", default: "ac" }],
  [
    "default has the rest beside what it names",
    { x: { policies: ["b"] }, default: { policies: ["b"] } },
    { x: "b", default: "abc" },
  ],
  ["nothing is left for default", { y: { policies: ["c", "b"] }, x: { policies: ["a", "b"] } }, { y: "bc", x: "ab" }],
])("%s", (_name, entries, resolved) => {
  const found = gateEntries({ policies, entries });
  expect(
    Object.fromEntries(found.map((entry) => [entry.name, entry.policies.map(({ name }) => name).join("")])),
  ).toEqual(resolved);
  expect(found.map(({ name }) => name)).toEqual(Object.keys(resolved));
});
