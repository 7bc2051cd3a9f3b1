import { fileURLToPath } from "node:url";
import { bundleWorker } from "../../functions/bundleWorker.ts";
import { WorkerdServer } from "../../functions/WorkerdServer.ts";
import { OtlpReceiver } from "../../telemetry/otlp/OtlpReceiver.ts";
import { selfSignedPair } from "../../tls/selfSignedPair.ts";
import type { BenchSize } from "../BenchSize.ts";
import type { Figure } from "../Figure.ts";
import { CountedServer } from "../gate/CountedServer.ts";
import { LoadGenerator } from "../gate/LoadGenerator.ts";
import { measureRatio } from "../Ratio.ts";

/** A gate that is measured. Its requests carry no trace, so that a share of them is sampled. */
interface MeasuredGate {
  readonly port: number;
  /** Sends one round of requests. Resolves to the CPU time of one, in microseconds. */
  cpuPerRequest(): Promise<number>;
  stop(): Promise<void>;
}

type Pair = Awaited<ReturnType<typeof selfSignedPair>>;
type Start = (env: Readonly<Record<string, string>>, pair: Pair, load: LoadGenerator) => Promise<MeasuredGate>;

const RUNTIMES: readonly [name: string, start: Start][] = [
  ["node", startOnNode],
  ["workerd", startOnWorkerd],
];

/** The CPU time of a call with traces of 1 %, which a collector on this machine takes, compared with the same gate without. */
export async function tracingFigures(size: BenchSize): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [runtime, start] of RUNTIMES) figures.push(await tracingFigure(runtime, start, size));
  return figures;
}

async function tracingFigure(runtime: string, start: Start, size: BenchSize): Promise<Figure> {
  const pair = await selfSignedPair();
  const receiver = await OtlpReceiver.start();
  const load = await LoadGenerator.start(size);
  const env = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${receiver.url}/v1/traces`, OTEL_TRACES_SAMPLER_ARG: "0.01" };
  const [on, off] = await Promise.all([start(env, pair, load), start({}, pair, load)]);
  try {
    for (const { port } of [on, off]) {
      const answer = await load.warmUp(port);
      if (!answer.includes('"allowed":true')) throw new Error(`unexpected answer of the gate: ${answer}`);
    }
    const ratio = await measureRatio(
      size.rounds,
      () => on.cpuPerRequest(),
      () => off.cpuPerRequest(),
    );
    if (receiver.spans.length === 0) throw new Error("no span arrived at the collector");
    return {
      name: `tracing, ${runtime}`,
      compared: `CPU per request over TLS with keep-alive: 1 % sampled and exported : no tracing (${load.name})`,
      ratio,
      unit: "µs",
      target: { atMost: 1.05 },
    };
  } finally {
    await Promise.all([on.stop(), off.stop(), load.stop()]);
    await receiver.stop();
  }
}

function startOnNode(
  env: Readonly<Record<string, string>>,
  { cert, key }: Pair,
  load: LoadGenerator,
): Promise<MeasuredGate> {
  return CountedServer.start("tracing/tracedServer.ts", { BENCH_CERT: cert, BENCH_KEY: key, ...env }, load);
}

async function startOnWorkerd(
  env: Readonly<Record<string, string>>,
  pair: Pair,
  load: LoadGenerator,
): Promise<MeasuredGate> {
  const script = await bundleWorker(fileURLToPath(new URL("tracedWorker.ts", import.meta.url)));
  const server = await WorkerdServer.start(script, pair, env, { flags: ["nodejs_als"] });
  return {
    port: server.port,
    async cpuPerRequest() {
      const before = server.cpuSeconds();
      const { requests, seconds } = await load.send(server.port);
      const after = server.cpuSeconds();
      return ((before === undefined || after === undefined ? seconds : after - before) * 1e6) / requests;
    },
    stop: () => server.stop(),
  };
}
