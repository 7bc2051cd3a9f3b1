import { expect, it } from "vitest";
import { closestName } from "../../../src/cli/terminal/closestName.ts";

const known = ["deny-labels", "disallow-latest-tag", "require-labels", "add-labels"];

it.each<[name: string, closest: string | undefined]>([
  ["deny-label", "deny-labels"],
  ["denyLabels", "deny-labels"],
  ["DENY_LABELS", "deny-labels"],
  ["dissallow-latest-tag", "disallow-latest-tag"],
  ["requre-lables", "require-labels"],
  ["nope", undefined],
  ["x", undefined],
  ["", undefined],
  ["no-privileged-pods", undefined],
])("closestName of %j is %s", (name, closest) => {
  expect(closestName(name, known)).toBe(closest);
});
