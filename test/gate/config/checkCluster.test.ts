import fc from "fast-check";
import { expect, it } from "vitest";
import { clusterSchema } from "../../../src/gate/config/Cluster.ts";
import { checkCluster } from "../../../src/gate/config/checkCluster.ts";
import { faultFromIssue } from "../../../src/protocol/faultFromIssue.ts";

const good = fc.constantFrom("enforce", "warn", "audit");
const mode = fc.oneof({ weight: 19, arbitrary: good }, fc.constantFrom("Enforce", "", null, 1));
const choice = (...values: readonly unknown[]): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...values) }, fc.jsonValue());
const texts = fc.oneof({ weight: 6, arbitrary: fc.array(fc.string()) }, fc.array(fc.jsonValue()), fc.jsonValue());
const records = fc.record(
  {
    profile: choice("latency", "compliance", "off"),
    sample: fc.oneof({ weight: 6, arbitrary: fc.double() }, fc.jsonValue()),
    users: choice("name", "hash", "none"),
    objects: choice("hash", "redacted"),
    redact: fc.oneof(
      { weight: 4, arbitrary: fc.record({ env: texts, annotations: texts, other: texts }, { requiredKeys: [] }) },
      fc.jsonValue(),
    ),
  },
  { requiredKeys: [] },
);
const members = fc.record(
  {
    records: fc.oneof({ weight: 6, arbitrary: records }, fc.jsonValue()),
    mode,
    modes: fc.oneof({ weight: 4, arbitrary: fc.dictionary(fc.string(), mode) }, fc.jsonValue()),
    params: fc.oneof({ weight: 4, arbitrary: fc.dictionary(fc.string(), fc.jsonValue()) }, fc.jsonValue()),
  },
  { requiredKeys: [] },
);
const misspelt = fc
  .tuple(members, fc.constantFrom("mod", "__proto__", "", "toString"))
  .map(([settings, key]): unknown =>
    JSON.parse(`{${JSON.stringify(key)}:1,${JSON.stringify(settings).slice(1)}`.replace(",}", "}")),
  );

it("checkCluster accepts what zod accepts of 10,000 settings, and has the fault of zod's first issue", () => {
  const seen = { accepted: 0, refused: 0 };
  fc.assert(
    fc.property(fc.oneof({ weight: 8, arbitrary: members }, misspelt, fc.jsonValue()), (settings) => {
      const parsed = clusterSchema.safeParse(settings);
      seen[parsed.success ? "accepted" : "refused"] += 1;
      const [issue] = parsed.error?.issues ?? [];
      expect(checkCluster(settings)).toEqual(
        issue === undefined ? { ok: true, value: settings } : { ok: false, fault: faultFromIssue(issue) },
      );
    }),
    { numRuns: 10_000 },
  );
  expect(Math.min(seen.accepted, seen.refused)).toBeGreaterThan(1_000);
});

it.each<[what: string, settings: unknown]>([
  ["an undefined mode", { mode: undefined, modes: undefined, params: undefined }],
  [
    "an instance of a class",
    new (class Settings {
      readonly mode = "warn";
    })(),
  ],
  ["a Map", new Map([["mode", "warn"]])],
  ["modes in a Map", { modes: new Map([["a", "warn"]]) }],
  ["a list", []],
  ["a function", (): void => undefined],
])("checkCluster does as zod for %s", (_what, settings) => {
  expect(checkCluster(settings).ok).toBe(clusterSchema.safeParse(settings).success);
});
