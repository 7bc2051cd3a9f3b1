import { expect, it } from "vitest";
import { fleetFigure } from "../bench/fleetFigure.ts";

it("a hundred clusters with one schedule are not all at an endpoint at once", async () => {
  const [together, spread] = [await fleetFigure(100, 0), await fleetFigure(100, 3_000)];
  expect([together.handshakes, spread.handshakes]).toEqual([400, 400]);
  expect([together.failed, spread.failed]).toEqual([0, 0]);
  expect(spread.peak).toBeLessThan(together.peak / 2);
});
