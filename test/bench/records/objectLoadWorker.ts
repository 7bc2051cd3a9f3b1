import { askObject, type ObjectNamespace } from "../../../src/records/stores/workers/askObject.ts";
import { decisionFor } from "../../records/stores/workers/decisionFor.ts";
import objectWorker, { FaultyRecordsObject } from "../../records/stores/workers/objectWorker.ts";
import { BENCH_CLUSTER, type ObjectLoad } from "./ObjectLoad.ts";

export { FaultyRecordsObject };

interface Env {
  readonly POSTERN_RECORDS: ObjectNamespace;
}

/**
 * `/load/PER_SECOND/MILLISECONDS` sends decisions to the object at a rate, whether or not they have receipts. `/single/COUNT`
 * sends one after the other, and answers how many milliseconds one takes.
 */
export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const [, path, first, second] = new URL(request.url).pathname.split("/");
    if (path === "single") return Response.json(await single(env, Number(first)));
    if (path === "load") return Response.json(await load(env, Number(first), Number(second)));
    return objectWorker.fetch(request, env);
  },
};

async function single({ POSTERN_RECORDS: objects }: Env, count: number): Promise<number> {
  const startedAt = Date.now();
  for (let done = 0; done < count; done += 1) await askObject(objects, decisionFor(BENCH_CLUSTER, crypto.randomUUID()));
  return (Date.now() - startedAt) / count;
}

async function load({ POSTERN_RECORDS: objects }: Env, perSecond: number, durationMs: number): Promise<ObjectLoad> {
  const run = crypto.randomUUID();
  const startedAt = Date.now();
  const receipts: Promise<unknown>[] = [];
  let sentUntil = startedAt;
  for (let now = startedAt; now < startedAt + durationMs; now = Date.now()) {
    const due = Math.floor(((now - startedAt) * perSecond) / 1000);
    for (; receipts.length < due; sentUntil = now)
      receipts.push(askObject(objects, decisionFor(BENCH_CLUSTER, `${run}-${receipts.length}`)));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(receipts);
  return {
    arrivedPerSecond: (receipts.length * 1000) / (sentUntil - startedAt),
    recordedPerSecond: (receipts.length * 1000) / (Date.now() - startedAt),
  };
}
