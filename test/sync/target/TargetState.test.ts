import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readState, stateAnnotations, withoutUndefined } from "../../../src/sync/target/TargetState.ts";

const time = fc.integer({ min: 0, max: 4_102_444_800_000 });
const hook = fc.record({ name: fc.string(), url: fc.string(), bundle: fc.constantFrom("", "one", "two") });
const hex = fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: 64, maxLength: 64 });
const state = fc.record({
  phase: fc.constantFrom("widening", "switching", "narrowing", "soaking", undefined),
  since: fc.option(time, { nil: undefined }),
  snapshot: fc.option(fc.array(hook), { nil: undefined }),
  bundleHash: fc.constantFrom("sha256:ab", "system", undefined),
  base: fc.option(fc.webUrl(), { nil: undefined }),
  unusedSince: fc.option(fc.dictionary(hex, time, { minKeys: 1 }), { nil: undefined }),
  failingOpen: fc.option(fc.record({ since: time, webhooks: fc.array(fc.string()) }), { nil: undefined }),
  reverted: fc.option(fc.record({ times: fc.integer({ min: 1, max: 9 }), since: time }), { nil: undefined }),
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
