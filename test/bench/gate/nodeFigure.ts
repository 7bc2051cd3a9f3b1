import { selfSignedPair } from "../../tls/selfSignedPair.ts";
import { BenchChild } from "../BenchChild.ts";
import type { BenchSize } from "../BenchSize.ts";
import type { Figure } from "../Figure.ts";
import { measureRatio } from "../Ratio.ts";
import { LoadGenerator } from "./LoadGenerator.ts";

/** CPU time per request of the gate's Node process over HTTPS, compared with a plain node:https server. */
export async function nodeFigure(size: BenchSize): Promise<Figure> {
  const { cert, key } = await selfSignedPair();
  const load = await LoadGenerator.start(size);
  const gate = await CountedServer.start("gate/gateServer.ts", { BENCH_CERT: cert, BENCH_KEY: key }, load);
  const floor = await CountedServer.start("gate/floorServer.ts", { BENCH_CERT: cert, BENCH_KEY: key }, load);
  try {
    const answer = await load.warmUp(gate.port);
    if (!answer.includes('"allowed":true')) throw new Error(`unexpected answer of the gate: ${answer}`);
    await load.warmUp(floor.port);
    const ratio = await measureRatio(
      size.rounds,
      () => gate.cpuPerRequest(),
      () => floor.cpuPerRequest(),
    );
    return {
      name: "node",
      compared:
        "CPU per request over TLS with keep-alive: gate with 20 policies, 8 match : " +
        `node:https with JSON.parse and JSON.stringify (${load.name})`,
      ratio,
      unit: "µs",
      target: { atMost: 1.2 },
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

  async cpuPerRequest(): Promise<number> {
    const before = await this.#cpu();
    const { requests } = await this.#load.send(this.port);
    return ((await this.#cpu()) - before) / requests;
  }

  stop(): Promise<void> {
    return this.#child.stop();
  }

  async #cpu(): Promise<number> {
    return ((await this.#child.ask({})) as { microseconds: number }).microseconds;
  }
}
