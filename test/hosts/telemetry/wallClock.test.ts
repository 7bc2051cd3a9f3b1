import { expect, it } from "vitest";
import { wallClock } from "../../../src/hosts/telemetry/wallClock.ts";

it.each([
  ["has fractions of a millisecond", 0, 500.25, 10_500.25],
  ["stays where the system's clock differs a little", 15, 1_500, 11_500],
  ["does not look at the system's clock each time", 60_000, 999, 10_999],
  ["follows the system's clock when that was set", 60_000, 1_500, 71_500],
])("wallClock %s", (_, set, ran, told) => {
  let [system, process] = [10_000, 0];
  const clock = wallClock(
    () => system,
    () => process,
  );
  [system, process] = [10_000 + ran + set, ran];
  expect(clock()).toBe(told);
});
