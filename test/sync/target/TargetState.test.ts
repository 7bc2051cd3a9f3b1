import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stateFaults } from "../../../src/sync/target/stateFaults.ts";
import { readState, stateAnnotations, withoutUndefined } from "../../../src/sync/target/TargetState.ts";

const time = fc.integer({ min: 0, max: 4_102_444_800_000 });
const hook = fc.record({ name: fc.string(), url: fc.string(), bundle: fc.constantFrom("", "one", "two") });
const hex = fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: 64, maxLength: 64 });
const state = fc.record({
  phase: fc.constantFrom("widening", "switching", "narrowing", "soaking", undefined),
  since: fc.option(time, { nil: undefined }),
  snapshot: fc.option(fc.array(hook), { nil: undefined }),
  bundleHash: fc.constantFrom(`sha256:${"ab".repeat(32)}`, "system", undefined),
  // A capability is written as its hash.
  base: fc.option(
    fc.webUrl({ validSchemes: ["https"] }).filter((url) => !url.includes("/k/")),
    { nil: undefined },
  ),
  unusedSince: fc.option(fc.dictionary(hex, time, { minKeys: 1 }), { nil: undefined }),
  unaskedSince: fc.option(fc.dictionary(hex, time, { minKeys: 1 }), { nil: undefined }),
  failingOpen: fc.option(fc.record({ since: time, webhooks: fc.array(fc.string()) }), { nil: undefined }),
  reverted: fc.option(fc.record({ times: fc.integer({ min: 1, max: 2 }), since: time }), { nil: undefined }),
  announcement: fc.option(
    fc.record({ seq: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), hash: hex.map((it) => `sha256:${it}`) }),
    { nil: undefined },
  ),
} as const);

it("readState reads back what stateAnnotations writes", () => {
  fc.assert(
    fc.property(state, (given) => {
      const kept = withoutUndefined(given);
      expect(readState(stateAnnotations(kept))).toEqual({ ...kept });
    }),
  );
});

it("stateAnnotations writes nothing for an empty state", () => {
  expect(stateAnnotations({})).toEqual({});
});

it("stateAnnotations omits only a snapshot that is too large", () => {
  const written = (bytes: number): string =>
    JSON.stringify(
      stateAnnotations({ phase: "widening", snapshot: [{ name: "a", url: "https://a", bundle: "x".repeat(bytes) }] }),
    );
  expect(written(220_000).length).toBeGreaterThan(220_000);
  expect(written(300_000)).toBe('{"postern.dev/sync-phase":"widening"}');
});

const NOW = Date.parse("2026-01-01T00:00:00Z");
const AHEAD = "2026-01-01T00:00:00.001Z";
const ROOT = "0".repeat(64);
const HASH = `sha256:${ROOT}`;

it.each<[key: string, now: string, ahead: string]>([
  ["since", "2026-01-01T00:00:00.000Z", AHEAD],
  ["since", "1970-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"],
  ["reverted", '{"times":1,"since":"2026-01-01T00:00:00.000Z"}', `{"times":1,"since":"${AHEAD}"}`],
  ["unused-since", `{"${ROOT}":"2026-01-01T00:00:00.000Z"}`, `{"${ROOT}":"${AHEAD}"}`],
  ["unasked", `{"${ROOT}":"2026-01-01T00:00:00.000Z"}`, `{"${ROOT}":"${AHEAD}"}`],
  ["announcement", `${NOW / 1_000} ${HASH}`, `${NOW / 1_000 + 1} ${HASH}`],
  ["announcement", `1 ${HASH}`, `999999999999999 ${HASH}`],
])("readState believes %s of %s, and not %s, which is ahead of now", (key, now, ahead) => {
  const read = (value: string): object => readState({ [`postern.dev/sync-${key}`]: value }, NOW);
  expect(Object.keys(read(now))).toHaveLength(1);
  expect(read(ahead)).toEqual({});
});

it("readState believes which webhooks fail open, and no time ahead of now", () => {
  const ahead = { "postern.dev/sync-broken-glass": '{"since":"2126-01-01T00:00:00.000Z","webhooks":["a"]}' };
  const state = readState(ahead, NOW);
  expect(state).toEqual({ failingOpen: { since: NOW, webhooks: ["a"] } });
  expect(stateFaults(ahead, state)).toEqual(["broken-glass"]);
});

it.each<[what: string, annotations: Readonly<Record<string, string>>, faults: readonly string[]]>([
  ["a state of the sync", { phase: "soaking", since: "2025-01-01T00:00:00.000Z", "bundle-hash": HASH }, []],
  ["no state", {}, []],
  ["a time ahead of now", { since: AHEAD, phase: "soaking" }, ["since"]],
  ["another count", { reverted: '{"times":99,"since":"2025-01-01T00:00:00.000Z"}' }, ["reverted"]],
  ["another hash", { "bundle-hash": "sha256:00", url: "http://x" }, ["bundle-hash", "url"]],
  ["another spelling", { reverted: '{"times": 1,"since":"2025-01-01T00:00:00.000Z"}' }, ["reverted"]],
  ["an unknown name", { "": "x", other: "x" }, ["", "other"]],
])("stateFaults names what %s has", (_, annotations, faults) => {
  const stored = Object.fromEntries(Object.entries(annotations).map(([key, it]) => [`postern.dev/sync-${key}`, it]));
  expect(stateFaults(stored, readState(stored, NOW))).toEqual(faults);
});

describe("readState ignores an invalid annotation", () => {
  it.each([
    ["phase", "on"],
    ["since", "yesterday"],
    ["since", "2026-13-41T00:00:00Z"],
    ["snapshot", "{"],
    ["snapshot", '{"hooks":[]}'],
    ["unused-since", '{"x":"2026-01-01T00:00:00Z"}'],
    ["unused-since", "[]"],
    ["unused-since", `{"${"0".repeat(64)}":"2026-13-41T00:00:00Z"}`],
    ["announcement", "0 sha256:00"],
    ["announcement", `-1 sha256:${"0".repeat(64)}`],
    ["announcement", "7"],
    ["broken-glass", '{"since":"yesterday","webhooks":[]}'],
    ["broken-glass", '{"since":"2026-01-01T00:00:00Z"}'],
    ["broken-glass", '{"since":"2026-13-41T00:00:00Z","webhooks":[]}'],
    ["reverted", '{"times":-1,"since":"2026-01-01T00:00:00Z"}'],
    ["reverted", '{"times":2,"since":"2026-13-41T00:00:00Z"}'],
  ])("%s: %s", (key, value) => {
    expect(readState({ [`postern.dev/sync-${key}`]: value })).toEqual({});
  });
});
