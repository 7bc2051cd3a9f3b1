import type { Finding } from "../Finding.ts";
import type { CapabilityGoal } from "../goal/SyncConfig.ts";
import { capabilityTimes } from "./capabilityTimes.ts";

/** The finding about a capability that is due while the gate issued no other. `fault` is why. */
export function capabilityNotRenewed({ token, graceMs }: CapabilityGoal, fault: string, now: number): Finding {
  const times = token === undefined ? undefined : capabilityTimes(token, now);
  const message = `the gate issued no other capability: ${fault}; ${presentText(times?.expiresMs, graceMs, now)}`;
  return { code: "capability-not-renewed", about: "", message };
}

function presentText(expiresMs: number | undefined, graceMs: number, now: number): string {
  if (expiresMs === undefined) return "the URLs have none";
  const [end, graceEnd] = [expiresMs, expiresMs + graceMs].map((time) => new Date(time).toISOString());
  if (now >= expiresMs + graceMs) return `the present one ended at ${end}, and its grace at ${graceEnd}`;
  return `the present one ${now < expiresMs ? "ends" : "ended"} at ${end}, and its grace ends at ${graceEnd}`;
}
