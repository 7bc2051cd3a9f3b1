const DURATIONS = "apiserver_admission_webhook_admission_duration_seconds_sum";
const STARTED = "process_start_time_seconds";

/**
 * How many calls of some webhooks are under way at a time, on average since the API server started, by its own `/metrics`:
 * the time that all of them took, over the time that went by. Undefined where it does not tell. It counts one API server,
 * the one that answered, and no conversions. `now` is in milliseconds since 1970.
 */
export function inFlightOf(metrics: string, webhooks: ReadonlySet<string>, now: number): number | undefined {
  let [busy, started] = [0, Number.NaN];
  for (const line of metrics.split("\n")) {
    const value = Number(line.slice(line.lastIndexOf(" ") + 1));
    if (line.startsWith(`${STARTED} `)) started = value;
    const name = line.startsWith(`${DURATIONS}{`) ? /[{,]name="([^"]*)"/.exec(line)?.[1] : undefined;
    if (name !== undefined && webhooks.has(name)) busy += value;
  }
  const elapsed = now / 1000 - started;
  return elapsed > 0 && Number.isFinite(busy) ? busy / elapsed : undefined;
}
