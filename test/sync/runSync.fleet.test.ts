import { expect, it } from "vitest";
import { fleetFigure } from "../bench/fleet/fleetFigure.ts";
import { patience, scaled } from "../run/speedFactor.ts";

/** Long limits: all clusters run on this machine. */
const TIMEOUTS = { handshakeMs: patience(30_000), probeMs: patience(30_000), canaryMs: 0, leaseMs: 0, nextMs: 0 };

it("jitter spreads the probes of forty clusters with one schedule", async () => {
  const together = await fleetFigure(40, 0, TIMEOUTS);
  const spread = await fleetFigure(40, scaled(1_200), TIMEOUTS);
  expect([together.handshakes, spread.handshakes]).toEqual([160, 160]);
  expect([together.failed, spread.failed]).toEqual([0, 0]);
  expect(together.concurrent).toBe(40);
  expect(spread.concurrent).toBeLessThan(together.concurrent / 2);
});
