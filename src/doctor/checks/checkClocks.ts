import type { ClusterView } from "../cluster/ClusterView.ts";
import type { Diagnosis } from "../Diagnosis.ts";
import { span } from "./timeLeft.ts";

/** A minute is more than the ways there take, and than `Date` rounds off. */
const WARNING = 60_000;
/** Further off, no self-test of the gate's is believed (`readStatement`). */
const ERROR = 300_000;

/** Whether the clocks of the API server, of the gate and of this machine agree: certificates and statements are dated. */
export function checkClocks({ clocks }: ClusterView): Diagnosis[] {
  return clocks.flatMap(({ of, ahead }): Diagnosis[] => {
    const off = Math.abs(ahead);
    if (off < WARNING) return [];
    return [
      {
        code: "clock-skew",
        severity: off >= ERROR ? "error" : "warning",
        about: of,
        message: `its clock is ${span(off)} ${ahead > 0 ? "ahead of" : "behind"} this machine's`,
        todo: "Find the clock that is wrong (NTP, chrony) and set it. New certificates count as not yet valid, and self-tests as stale.",
      },
    ];
  });
}
