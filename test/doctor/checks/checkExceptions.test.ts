import { expect, it } from "vitest";
import { checkExceptions } from "../../../src/doctor/checks/checkExceptions.ts";
import { clusterSettings } from "../../../src/gate/config/clusterSettings.ts";
import { defineGate } from "../../../src/gate/config/defineGate.ts";
import { denyLabels } from "../../../src/policies/labels/denyLabels.ts";
import { disallowPrivileged } from "../../../src/policies/security/disallowPrivileged.ts";
import type { ExceptionDefinition } from "../../../src/policy/define/PolicyException.ts";

const DAY_MS = 86_400_000;
const UNTIL_MS = Date.parse("2026-12-31T00:00:00Z");
const one: ExceptionDefinition = {
  policy: "deny-labels",
  namespaces: ["legacy"],
  until: "2026-12-31",
  reason: "vendor image",
  owner: "team-a",
};

function findingsOf(exceptions: readonly ExceptionDefinition[], now: number) {
  const clusters = { prod: { identity: "none" as const }, dev: { identity: "none" as const } };
  const gate = defineGate({ policies: [denyLabels(), disallowPrivileged()], exceptions, clusters });
  const settings = clusterSettings("prod", clusters.prod, gate, true);
  return checkExceptions({ sources: { gate, settings, hash: "", tiers: [] }, now });
}

it.each<[when: string, now: number, found: readonly object[]]>([
  ["15 days before its end", UNTIL_MS - 15 * DAY_MS, []],
  [
    "14 days before its end",
    UNTIL_MS - 14 * DAY_MS,
    [
      {
        code: "exception-ends",
        severity: "warning",
        about: "exception from deny-labels",
        message:
          "for namespaces legacy, of team-a: ends in 14 days, at 2026-12-31. What it permits is denied from then on",
      },
    ],
  ],
  [
    "a second before its end",
    UNTIL_MS - 1000,
    [{ code: "exception-ends", message: expect.stringContaining("1 second,") }],
  ],
  [
    "at its end",
    UNTIL_MS,
    [{ code: "exception-ended", severity: "info", message: expect.stringContaining("has no effect") }],
  ],
  ["a year after its end", UNTIL_MS + 365 * DAY_MS, [{ message: expect.stringContaining("ended 365 days ago") }]],
])("an exception %s has the findings %j", (_when, now, found) => {
  expect(findingsOf([one], now)).toMatchObject(found);
});

it("an exception with images is kept while containers have them: updates to another image are judged by it", () => {
  const [narrow, images] = [one, { ...one, policy: "disallow-privileged", images: ["registry.example.com/agent:1"] }];
  expect(findingsOf([narrow, images], UNTIL_MS).map(({ todo }) => todo)).toEqual([
    "Remove it from the gate.",
    "Remove it from the gate once no container has such an image.",
  ]);
});

it("an exception for another cluster, and a gate without exceptions, have no findings", () => {
  expect(findingsOf([{ ...one, clusters: ["dev"] }], UNTIL_MS)).toEqual([]);
  expect(findingsOf([], UNTIL_MS)).toEqual([]);
  expect(checkExceptions({ sources: undefined, now: 0 })).toEqual([]);
});

it("an exception of a whole cluster is said to be one", () => {
  const { namespaces: _, ...whole } = one;
  expect(findingsOf([{ ...whole, clusters: ["prod"] }], UNTIL_MS)).toMatchObject([
    { message: expect.stringContaining("for the whole cluster, of team-a") },
  ]);
});
