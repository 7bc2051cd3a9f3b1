import type { Finding } from "../Finding.ts";
import type { Observation } from "./Observation.ts";

/** The largest difference between this clock and the API server's at which a soak is still measured. */
const MAX_SKEW_MS = 60_000;

/** The finding about clocks that are too far apart to measure a soak. Undefined when they agree. */
export function clockFinding({ skewMs = 0 }: Pick<Observation, "skewMs">): Finding | undefined {
  if (Math.abs(skewMs) <= MAX_SKEW_MS) return undefined;
  const [seconds, way] = [Math.round(Math.abs(skewMs) / 1000), skewMs > 0 ? "behind" : "ahead of"];
  const message = `this clock is ${seconds} s ${way} the API server's: no soak can be measured, and no root is removed`;
  return { code: "clock", about: "", message };
}
