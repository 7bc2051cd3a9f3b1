import { expect, it } from "vitest";
import { randomId } from "../../../src/telemetry/trace/randomId.ts";

it.each([8, 16] as const)("randomId returns %d bytes in lower-case hex", (bytes) => {
  expect(randomId(bytes)).toMatch(new RegExp(`^[0-9a-f]{${2 * bytes}}$`));
  expect(randomId(bytes)).not.toBe(randomId(bytes));
});
