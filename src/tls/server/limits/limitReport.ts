import type { Log } from "../../../telemetry/Log.ts";
import type { LimitEvent } from "./ServerLimits.ts";

/** At most one line in this time, however many calls a flood has. */
const REPORT_MS = 10_000;

/** Counts what a server's limits did, and logs the numbers: one line, this long after the first event. */
export function limitReport(log: Log, reportMs: number = REPORT_MS): (event: LimitEvent) => void {
  const counts = new Map<LimitEvent, number>();
  const write = (): void => {
    log.warn("the server was at its limits", { seconds: reportMs / 1000, ...Object.fromEntries(counts) });
    counts.clear();
  };
  return (event) => {
    if (counts.size === 0) setTimeout(write, reportMs).unref();
    counts.set(event, (counts.get(event) ?? 0) + 1);
  };
}
