import { expect, it } from "vitest";
import { fleetFigure } from "../bench/fleetFigure.ts";
import { patience, scaled } from "../run/speedFactor.ts";

/** Nobody is to give up, however busy the machine is: all clusters are on it. */
const TIMEOUTS = { handshake: patience(30_000), probe: patience(30_000), canary: 0, lease: 0, next: 0 };

it("forty clusters with one schedule are not all at an endpoint at once", async () => {
  const together = await fleetFigure(40, 0, TIMEOUTS);
  const spread = await fleetFigure(40, scaled(1_200), TIMEOUTS);
  expect([together.handshakes, spread.handshakes]).toEqual([160, 160]);
  expect([together.failed, spread.failed]).toEqual([0, 0]);
  expect(together.atOnce).toBe(40);
  expect(spread.atOnce).toBeLessThan(together.atOnce / 2);
});
