import "../run/beginRun.ts";

import { request } from "node:https";
import { parseArgs } from "node:util";
import { startCluster } from "../cluster/startCluster.ts";
import { selfSignedPair } from "../tls/selfSignedPair.ts";
import { benchSizes } from "./BenchSize.ts";
import type { Figure } from "./Figure.ts";
import { benchPath } from "./gate/benchReview.ts";
import { CountedServer } from "./gate/CountedServer.ts";
import { LoadGenerator } from "./gate/LoadGenerator.ts";
import { PodSecurityWebhook } from "./peers/PodSecurityWebhook.ts";
import { restrictedReview } from "./policies/restrictedReview.ts";
import { printFigures } from "./printFigures.ts";
import { measureRatio } from "./Ratio.ts";

/**
 * `npm run bench:peers`: the gate with Pod Security restricted beside the Pod Security webhook of the Kubernetes project, with the
 * same review over TLS: CPU of a request. `--quick` selects the quick size.
 */
async function benchPeers(): Promise<void> {
  const { values } = parseArgs({ options: { quick: { type: "boolean", default: false } } });
  const size = benchSizes[values.quick ? "quick" : "full"];
  const review = restrictedReview();
  const cluster = await startCluster();
  const load = await LoadGenerator.start(size, review);
  const { cert, key } = await selfSignedPair();
  const gate = await CountedServer.start("peers/podSecurityServer.ts", { BENCH_CERT: cert, BENCH_KEY: key }, load);
  const floor = await CountedServer.start("gate/floorServer.ts", { BENCH_CERT: cert, BENCH_KEY: key }, load);
  try {
    await cluster.api.create("/api/v1/namespaces", { metadata: { name: namespaceOf(review) } }).catch(() => undefined);
    const peer = await PodSecurityWebhook.start(cluster, load);
    for (const port of [gate.port, peer.port]) {
      const answer = await answerOf(port, review);
      if (!answer.includes('"allowed":true')) throw new Error(`the Pod is refused: ${answer.slice(0, 300)}`);
    }
    await load.warmUp(gate.port);
    await load.warmUp(floor.port);
    // It answers in chunks, which only wrk reads. Go has nothing to compile.
    await load.send(peer.port);
    const figure: Figure = {
      name: "Pod Security",
      compared: `CPU of a request over TLS with keep-alive (${load.name}): the gate with restricted : k8s.io/pod-security-admission/cmd/webhook`,
      ratio: await measureRatio(
        size.rounds,
        () => gate.cpuPerRequest(),
        () => peer.cpuPerRequest(),
      ),
      unit: "µs",
      target: { atMost: 0.25 },
    };
    const least: Figure = {
      name: "least on Node",
      compared: "the same of node:https with JSON.parse and JSON.stringify, which judges nothing : the webhook",
      ratio: await measureRatio(
        size.rounds,
        () => floor.cpuPerRequest(),
        () => peer.cpuPerRequest(),
      ),
      unit: "µs",
    };
    process.stdout.write(`${printFigures([figure, least])}\n`);
  } finally {
    await Promise.all([gate.stop(), floor.stop(), load.stop()]);
    await cluster.stop();
  }
}

function answerOf(port: number, body: string): Promise<string> {
  const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
  const options = { host: "127.0.0.1", port, path: benchPath, method: "POST", headers, rejectUnauthorized: false };
  return new Promise((resolve, reject) => {
    const call = request(options, (answer) => {
      answer.setEncoding("utf8");
      let text = "";
      answer.on("data", (chunk: string) => {
        text += chunk;
      });
      answer.once("end", () => resolve(text)).once("error", reject);
    });
    call.once("error", reject).end(body);
  });
}

function namespaceOf(review: string): string {
  return /"namespace": *"([^"]+)"/.exec(review)?.[1] ?? "default";
}

await benchPeers();
