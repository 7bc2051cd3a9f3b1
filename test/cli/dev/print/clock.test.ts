import { expect, it } from "vitest";
import { clock } from "../../../../src/cli/dev/print/clock.ts";

it("clock has the time in UTC", () => {
  expect(clock(Date.UTC(2026, 0, 2, 3, 4, 5, 678))).toBe("03:04:05");
});
