import { expect, it } from "vitest";
import { RandomIds } from "../../../src/telemetry/trace/RandomIds.ts";

it("RandomIds makes different ids in lower-case hex", () => {
  const ids = new RandomIds();
  const made = Array.from({ length: 1_000 }, (_, index) => ids.next(index % 2 === 0 ? 8 : 16));
  expect(new Set(made).size).toBe(1_000);
  for (const [index, id] of made.entries()) expect(id).toMatch(index % 2 === 0 ? /^[0-9a-f]{16}$/ : /^[0-9a-f]{32}$/);
});

it("RandomIds never returns zeros", () => {
  let fills = 0;
  const ids = new RandomIds((bytes) => bytes.fill(fills++ === 0 ? 0 : 0x0f));
  expect([ids.next(8), fills]).toEqual(["0f".repeat(8), 2]);
});
