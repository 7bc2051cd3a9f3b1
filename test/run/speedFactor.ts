import { measureSpeed } from "./measureSpeed.ts";

/** Passes the factor to the workers of a run and to their child processes. */
const VARIABLE = "POSTERN_SPEED_FACTOR";
/** Load may increase after the measurement, and test files run in parallel. */
const MIN_PATIENCE_FACTOR = 2;

/** The factor in POSTERN_SPEED_FACTOR. Measures it and sets the variable when it is not set. */
export async function settleSpeedFactor(): Promise<number> {
  const given = Number(process.env[VARIABLE]);
  const factor = given > 0 ? given : await measureSpeed();
  process.env[VARIABLE] = String(factor);
  return factor;
}

/** How much slower this machine is than the reference machine. 1 on a faster machine, and without a measurement. */
export function speedFactor(): number {
  const factor = Number(process.env[VARIABLE]);
  return factor > 1 ? factor : 1;
}

/** Converts an interval or a lifetime on the reference machine to one on this machine. Both in milliseconds. */
export function scaled(milliseconds: number): number {
  return Math.round(milliseconds * speedFactor());
}

/** Converts the limit of a wait on the reference machine to one on this machine. Both in milliseconds. */
export function patience(milliseconds: number): number {
  return Math.round(milliseconds * Math.max(MIN_PATIENCE_FACTOR, speedFactor()));
}

/** Converts a load on the reference machine, in calls per second, to one on this machine. */
export function scaledRate(perSecond: number): number {
  return perSecond / speedFactor();
}
