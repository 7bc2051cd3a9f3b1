import { printTable } from "../../bench/printTable.ts";
import { percentile } from "../percentile.ts";
import type { Growth } from "./Growth.ts";
import { soakFaults } from "./soakFaults.ts";
import type { SoakResult } from "./soakRun.ts";

/** The result of a soak as text. */
export function printSoak(result: SoakResult): string {
  const { rotations, seconds, load, handles, growth } = result;
  const durations = load.samples.map((it) => it.durationMs);
  const failed = (isNew: boolean): string => {
    const all = load.samples.filter((it) => it.isNew === isNew);
    return `${all.filter(({ ok }) => !ok).length} of ${all.length}`;
  };
  const faults = soakFaults(result);
  return [
    printTable([
      ["rotations", `${rotations}, ${(rotations / seconds).toFixed(1)} a second`],
      ["handshakes failed", `${load.failedHandshakes} of ${load.handshakes}`],
      ["requests failed, new connections", failed(true)],
      ["requests failed, kept connections", failed(false)],
      ["calls retried after a GOAWAY", String(load.sentAgain)],
      ["latency, p50 / p99", `${percentile(durations, 0.5).toFixed(1)} / ${percentile(durations, 0.99).toFixed(1)} ms`],
      ["file handles, before / after", `${handles.before} / ${handles.after}`],
    ]),
    "",
    printTable([
      ["after garbage collection", "first", "last", "slope per 1,000 rotations", "growth"],
      ...growth.map((it) => [it.what, amount(it.what, it.first), amount(it.what, it.last), slope(it), verdict(it)]),
    ]),
    "",
    faults.length === 0 ? "passed" : `FAILED: ${faults.join("; ")}`,
    ...load.failures,
  ].join("\n");
}

function slope({ what, fit }: Growth): string {
  if (fit === undefined) return "–";
  return `${amount(what, fit.slope)} (95 %: ${amount(what, fit.min)} to ${amount(what, fit.max)})`;
}

function verdict({ what, grows, bound }: Growth): string {
  if (grows === undefined) return "not judged: too few measurements";
  return `${grows ? "yes" : "no"} (bound: ${amount(what, bound)})`;
}

function amount(what: Growth["what"], value: number): string {
  return what === "handles" ? value.toFixed(1) : `${(value / 2 ** 20).toFixed(2)} MiB`;
}
