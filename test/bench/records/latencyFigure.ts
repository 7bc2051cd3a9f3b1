import { defineGate } from "../../../src/gate/config/defineGate.ts";
import { createGate } from "../../../src/gate/createGate.ts";
import { LaterRecords } from "../../../src/records/writer/LaterRecords.ts";
import type { BenchSize } from "../BenchSize.ts";
import type { Figure } from "../Figure.ts";
import { benchPolicies } from "../gate/benchPolicies.ts";
import { benchReview } from "../gate/benchReview.ts";
import { silentLog } from "../gate/benchRun.ts";
import { measureRatio } from "../Ratio.ts";

/** Calls between two readings of the clock. */
const CALLS = 500;

/** CPU time of a call in process, with records of 1 % after the answer, compared with a cluster without records. */
export async function latencyFigure({ rounds, durationMs }: BenchSize): Promise<Figure> {
  const [latency, off] = [gateCall("latency"), gateCall("off")];
  const cpu = (call: (number: number) => Promise<void>) => (): Promise<number> => cpuPerCall(call, durationMs);
  await cpu(latency)();
  await cpu(off)();
  return {
    name: "records, latency",
    compared: "CPU of an allowed review in process, 20 policies: records of 1 % after the answer : no records",
    ratio: await measureRatio(rounds, cpu(latency), cpu(off)),
    unit: "µs",
    target: { atMost: 1.05 },
  };
}

/** Calls a gate with a review that has a uid of its own, and lets the records that it left be written. */
function gateCall(profile: "latency" | "off"): (number: number) => Promise<void> {
  let written = 0;
  const later = new LaterRecords({
    schedule: setImmediate,
    write: (decision) => {
      written += JSON.stringify({ message: "decision", decision }).length;
      return true;
    },
    log: silentLog,
  });
  const gate = defineGate({
    policies: benchPolicies(20),
    clusters: { bench: { identity: "none", records: { profile } } },
  });
  const records = { later: later.later.bind(later) };
  const app = createGate(gate, { now: Date.now, log: silentLog, records });
  const { uid } = JSON.parse(benchReview).request;
  const parts = benchReview.split(uid);
  return async (number) => {
    const body = parts.join(`${number.toString(16).padStart(8, "0")}-0000-4000-8000-000000000000`);
    const headers = { "content-type": "application/json", "content-length": String(Buffer.byteLength(body)) };
    const request = new Request("https://localhost/c/bench/validate", { method: "POST", headers, body });
    await (await app.fetch(request)).text();
    if (profile === "off" && written > 0) throw new Error("a cluster without records has a record");
  };
}

async function cpuPerCall(call: (number: number) => Promise<void>, durationMs: number): Promise<number> {
  const before = process.cpuUsage();
  const until = performance.now() + durationMs;
  let calls = 0;
  while (performance.now() < until)
    for (let left = CALLS; left > 0; left -= 1) {
      await call(calls);
      calls += 1;
    }
  await new Promise(setImmediate);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / calls;
}
