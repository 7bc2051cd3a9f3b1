import "../run/beginRun.ts";

import { parseArgs } from "node:util";
import type { Cluster } from "../cluster/Cluster.ts";
import type { KubeObject } from "../cluster/ClusterApi.ts";
import { startCluster } from "../cluster/startCluster.ts";
import { podOf } from "../cluster/TestNamespace.ts";
import type { GateServer } from "../e2e/edges/GateServer.ts";
import { startNodeGate } from "../e2e/edges/startNodeGate.ts";
import { startWorkersEdge } from "../e2e/edges/startWorkersEdge.ts";
import { applyAll, registerGate } from "../e2e/registration/registerGate.ts";
import { eventually } from "../run/eventually.ts";
import { admissionPolicy } from "./cluster/admissionPolicy.ts";
import { type Latency, latencyOf, printLatencies } from "./cluster/Latency.ts";

const GATE = new URL("cluster/clusterGate.ts", import.meta.url).pathname;
const LABEL = "postern.dev/bench";
/** Each has its own namespace. The first is the floor of the others. */
const JUDGES = ["no webhook", "ValidatingAdmissionPolicy", "gate on Node", "gate on Workers, behind caddy"] as const;
const GOOD = { labels: { team: "blue" } };
const BAD = { labels: { team: "blue", "bad-label": "x" } };

/**
 * `npm run bench:cluster`: measures what a gate adds to the creation of a Pod through a real API server on loopback.
 * Creates one Pod after the other, in each namespace in turn, so that other load affects all of them. `--quick` selects
 * the quick size, `--output json` prints JSON.
 */
async function benchCluster(): Promise<void> {
  const { values } = parseArgs({
    options: { quick: { type: "boolean", default: false }, output: { type: "string", default: "text" } },
  });
  if (values.output !== "text" && values.output !== "json") throw new Error("--output takes text or json");
  const rounds = values.quick ? 150 : 2000;
  const cluster = await startCluster();
  const gates: GateServer[] = [];
  try {
    for (const [index] of JUDGES.entries())
      await cluster.api.create("/api/v1/namespaces", {
        metadata: { name: namespaceOf(index), labels: { [LABEL]: namespaceOf(index) } },
      });
    await applyAll(cluster, admissionPolicy(LABEL, namespaceOf(1)));
    gates.push(await startNodeGate(GATE), await startWorkersEdge(GATE));
    for (const [index, gate] of gates.entries()) await register(cluster, gate, index + 2);
    await eventually("the ValidatingAdmissionPolicy", async () =>
      (await create(cluster, 1, "probe", BAD)) === 422 ? true : undefined,
    );
    const latencies = await measure(cluster, rounds, values.output === "text" && process.stderr.isTTY);
    process.stdout.write(
      values.output === "json" ? `${JSON.stringify(latencies, null, 2)}\n` : `${printLatencies(latencies)}\n`,
    );
  } finally {
    for (const gate of gates) await gate.stop();
    await cluster.stop();
  }
}

function namespaceOf(index: number): string {
  return `bench-${index}`;
}

async function create(cluster: Cluster, judge: number, name: string, parts: object): Promise<number> {
  const path = `/api/v1/namespaces/${namespaceOf(judge)}/pods`;
  return (await cluster.api.create(path, podOf(name, parts))).status;
}

/** Registers a gate with its own registration name and for its own namespace. */
async function register(cluster: Cluster, gate: GateServer, judge: number): Promise<void> {
  const change = (object: KubeObject): KubeObject => {
    if (!object.kind.endsWith("WebhookConfiguration")) return object;
    object.metadata.name = `${object.metadata.name}-${judge}`;
    for (const webhook of object.webhooks)
      if (webhook.namespaceSelector.matchExpressions?.some(({ operator }: KubeObject) => operator === "In") !== true)
        webhook.namespaceSelector = { matchLabels: { [LABEL]: namespaceOf(judge) } };
    return object;
  };
  const isCalled = async (): Promise<boolean> => (await create(cluster, judge, "probe", BAD)) === 403;
  await registerGate({ cluster, gate: GATE, server: gate, isCalled, change });
}

async function measure(cluster: Cluster, rounds: number, showsProgress: boolean): Promise<Latency[]> {
  const samples = JUDGES.map((): number[] => []);
  const warmUp = Math.min(rounds, 200);
  for (let round = -warmUp; round < rounds; round += 1) {
    if (showsProgress && round % 50 === 0) process.stderr.write(`\r${Math.max(round, 0)} of ${rounds} rounds`);
    for (let turn = 0; turn < JUDGES.length; turn += 1) {
      const judge = (turn + round + warmUp) % JUDGES.length;
      const started = performance.now();
      const status = await create(cluster, judge, `pod-${round + warmUp}`, GOOD);
      const took = performance.now() - started;
      if (status !== 201) throw new Error(`${JUDGES[judge]} answered ${status}`);
      if (round >= 0) samples[judge]?.push(took);
    }
  }
  if (showsProgress) process.stderr.write("\r\x1b[K");
  return JUDGES.map((name, index) => latencyOf(name, samples[index] ?? [], samples[0] ?? []));
}

await benchCluster();
