import { measureSpeed } from "./measureSpeed.ts";

/** Hands the factor on to the workers of a run and to whatever they start. */
const VARIABLE = "POSTERN_SPEED_FACTOR";
/** Load may come after the factor was measured, and the suites run beside each other. */
const LEAST_PATIENCE = 2;

/** Measures the factor of this run once, or takes the one that POSTERN_SPEED_FACTOR gives, and hands it on. */
export async function settleSpeedFactor(): Promise<number> {
  const given = Number(process.env[VARIABLE]);
  const factor = given > 0 ? given : await measureSpeed();
  process.env[VARIABLE] = String(factor);
  return factor;
}

/** How much slower than the reference machine this one is; 1 on a faster one, and where nothing was measured. */
export function speedFactor(): number {
  const factor = Number(process.env[VARIABLE]);
  return factor > 1 ? factor : 1;
}

/** An interval or a life, in milliseconds on the reference machine, as it has to be on this one. In milliseconds. */
export function scaled(milliseconds: number): number {
  return Math.round(milliseconds * speedFactor());
}

/** The longest that an event is waited for, in milliseconds on the reference machine, on this one. In milliseconds. */
export function patience(milliseconds: number): number {
  return Math.round(milliseconds * Math.max(LEAST_PATIENCE, speedFactor()));
}

/** A load, in creates or calls a second on the reference machine, that this one bears as easily. */
export function scaledRate(perSecond: number): number {
  return perSecond / speedFactor();
}
