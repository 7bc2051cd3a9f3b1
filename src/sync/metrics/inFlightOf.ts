const DURATIONS = "apiserver_admission_webhook_admission_duration_seconds_sum";
const STARTED = "process_start_time_seconds";

/**
 * Returns the mean number of concurrent calls of some webhooks since the API server started: the total duration of the calls
 * divided by the uptime. Reads the API server's `/metrics`; undefined when the metrics are missing. Covers one API server,
 * and no conversions. `now` is in milliseconds since 1970.
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
