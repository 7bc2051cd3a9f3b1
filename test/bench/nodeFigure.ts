import { selfSignedPair } from "../tls/selfSignedPair.ts";
import { BenchChild } from "./BenchChild.ts";
import type { BenchSize } from "./BenchSize.ts";
import type { Figure } from "./Figure.ts";
import { LoadGenerator } from "./LoadGenerator.ts";
import { measureRatio } from "./Ratio.ts";

/** CPU that a request costs the gate's Node process over HTTPS, against a bare node:https server. */
export async function nodeFigure({ rounds, requests, warmUp }: BenchSize): Promise<Figure> {
  const { cert, key } = await selfSignedPair();
  const load = await LoadGenerator.start();
  const gate = await CountedServer.start("gateServer.ts", { BENCH_CERT: cert, BENCH_KEY: key }, load);
  const floor = await CountedServer.start("floorServer.ts", { BENCH_CERT: cert, BENCH_KEY: key }, load);
  try {
    const { answer } = await load.send({ port: gate.port, tls: true }, warmUp);
    if (!answer.includes('"allowed":true')) throw new Error(`the gate's answer was not the one expected: ${answer}`);
    await load.send({ port: floor.port, tls: true }, warmUp);
    const ratio = await measureRatio(
      rounds,
      () => gate.cpuPerRequest(requests),
      () => floor.cpuPerRequest(requests),
    );
    return {
      name: "node",
      compared:
        "CPU a request over HTTPS: gate with 20 policies, 8 match : node:https with JSON.parse and JSON.stringify",
      ratio,
      unit: "µs",
      aim: { atMost: 1.35 },
    };
  } finally {
    await Promise.all([gate.stop(), floor.stop(), load.stop()]);
  }
}

class CountedServer {
  readonly port: number;
  readonly #child: BenchChild;
  readonly #load: LoadGenerator;

  private constructor(child: BenchChild, port: number, load: LoadGenerator) {
    this.#child = child;
    this.port = port;
    this.#load = load;
  }

  static async start(file: string, env: Readonly<Record<string, string>>, load: LoadGenerator): Promise<CountedServer> {
    const [child, ready] = await BenchChild.start(file, env);
    return new CountedServer(child, (ready as { port: number }).port, load);
  }

  async cpuPerRequest(requests: number): Promise<number> {
    const before = await this.#cpu();
    await this.#load.send({ port: this.port, tls: true }, requests);
    return ((await this.#cpu()) - before) / requests;
  }

  stop(): Promise<void> {
    return this.#child.stop();
  }

  async #cpu(): Promise<number> {
    return ((await this.#child.ask({})) as { microseconds: number }).microseconds;
  }
}
