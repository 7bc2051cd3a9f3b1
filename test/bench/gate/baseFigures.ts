import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { BenchSize } from "../BenchSize.ts";
import type { Figure } from "../Figure.ts";
import { measureRatio } from "../Ratio.ts";
import { benchPath, benchReview } from "./benchReview.ts";

/** A call of a gate in process: posts a body and returns the text of the answer. */
type GateCall = (body: string) => Promise<string>;

/** Calls between two readings of the clock. */
const CALLS = 500;

/**
 * CPU time of a call of this gate in process, compared with the gate of another checkout in the folder `base`: with the
 * captured CREATE, and with an UPDATE of the same Pod. Both are allowed. The checkout needs its `node_modules`.
 */
export async function baseFigures(base: string, { rounds, durationMs }: BenchSize): Promise<Figure[]> {
  const ours = await gateCall(new URL("../../../", import.meta.url));
  const theirs = await gateCall(pathToFileURL(`${resolve(base)}/`));
  const figures: Figure[] = [];
  for (const [operation, body] of [
    ["CREATE", benchReview],
    ["UPDATE", updateReview()],
  ] as const) {
    for (const call of [ours, theirs]) await requireAllowed(call(body));
    const cpu = (call: GateCall) => (): Promise<number> => cpuPerCall(() => call(body), durationMs);
    await cpu(ours)();
    await cpu(theirs)();
    figures.push({
      name: `base, ${operation}`,
      compared: `CPU of an allowed ${operation} in process, 20 policies: this gate : that of --base`,
      ratio: await measureRatio(rounds, cpu(ours), cpu(theirs)),
      unit: "µs",
      target: { atMost: 1 },
    });
  }
  return figures;
}

async function gateCall(root: URL): Promise<GateCall> {
  const [{ createGate }, { default: gate }, { silentLog }] = await Promise.all([
    import(new URL("src/gate/createGate.ts", root).href),
    import(new URL("test/bench/gate/benchGate.ts", root).href),
    import(new URL("test/bench/gate/benchRun.ts", root).href),
  ]);
  const app = createGate(gate, { now: Date.now, log: silentLog });
  return async (body) => {
    const headers = { "content-type": "application/json", "content-length": String(Buffer.byteLength(body)) };
    const url = `https://localhost${benchPath}`;
    return (await app.fetch(new Request(url, { method: "POST", headers, body }))).text();
  };
}

/** The captured review as an UPDATE that changes one annotation. Of another team: a policy denies updates of payments. */
function updateReview(): string {
  const review = JSON.parse(benchReview);
  const { request } = review;
  request.object.metadata.labels.team = "billing";
  const oldObject = structuredClone(request.object);
  request.object.metadata.annotations = { ...request.object.metadata.annotations, "example.com/changed": "true" };
  return JSON.stringify({ ...review, request: { ...request, operation: "UPDATE", oldObject } });
}

async function requireAllowed(answer: Promise<string>): Promise<void> {
  const text = await answer;
  if (!text.includes('"allowed":true')) throw new Error(`unexpected answer of a gate: ${text}`);
}

async function cpuPerCall(call: () => Promise<unknown>, durationMs: number): Promise<number> {
  const before = process.cpuUsage();
  const until = performance.now() + durationMs;
  let calls = 0;
  while (performance.now() < until) {
    for (let count = 0; count < CALLS; count += 1) await call();
    calls += CALLS;
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / calls;
}
