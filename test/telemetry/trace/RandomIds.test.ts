import { expect, it } from "vitest";
import { RandomIds } from "../../../src/telemetry/trace/RandomIds.ts";

it("RandomIds makes different ids in lower-case hex", () => {
  const ids = new RandomIds();
  const traces = Array.from({ length: 1_000 }, () => ids.traceId(ids.bits()));
  const spans = Array.from({ length: 1_000 }, () => ids.spanId());
  expect([new Set(traces).size, new Set(spans).size]).toEqual([1_000, 1_000]);
  for (const id of traces) expect(id).toMatch(/^[0-9a-f]{32}$/);
  for (const id of spans) expect(id).toMatch(/^[0-9a-f]{16}$/);
});

it("RandomIds never returns zeros", () => {
  let fills = 0;
  const ids = new RandomIds((bytes) => bytes.fill(fills++ === 0 ? 0 : 0x0f));
  expect([ids.spanId(), fills]).toEqual(["0f".repeat(8), 2]);
});

it.each<[string, number, number]>([
  ["the least", 0x00, 0],
  // The first four bits of seven bytes are left out.
  ["the greatest", 0xff, 2 ** 52 - 1],
])("RandomIds.bits returns 52 bits, which end the id of the trace: %s", (_, byte, expected) => {
  const bits = new RandomIds((bytes) => bytes.fill(byte)).bits();
  expect(bits).toBe(expected);
  expect(new RandomIds().traceId(bits).slice(-13)).toBe((byte === 0 ? "0" : "f").repeat(13));
});
