import type { ClusterView } from "../cluster/ClusterView.ts";
import type { DoctorFinding } from "../DoctorFinding.ts";
import { durationText } from "./timeLeft.ts";

/** A minute is more than network latency and the rounding of `Date` headers explain. */
const WARNING_MS = 60_000;
/** Above this skew, the sync accepts no self-test of the gate (`readStatement`). */
const ERROR_MS = 300_000;

/** Checks the clocks of the API server and the gate against this machine. Certificates and self-tests have dates. */
export function checkClocks({ clocks }: ClusterView): DoctorFinding[] {
  return clocks.flatMap(({ of, aheadMs }): DoctorFinding[] => {
    const skewMs = Math.abs(aheadMs);
    if (skewMs < WARNING_MS) return [];
    return [
      {
        code: "clock-skew",
        severity: skewMs >= ERROR_MS ? "error" : "warning",
        about: of,
        message: `its clock is ${durationText(skewMs)} ${aheadMs > 0 ? "ahead of" : "behind"} the clock of this machine`,
        todo: "Correct the wrong clock (NTP, chrony). Until then new certificates can count as not yet valid, and self-tests as outdated.",
      },
    ];
  });
}
