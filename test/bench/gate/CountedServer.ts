import { BenchChild } from "../BenchChild.ts";
import type { LoadGenerator } from "./LoadGenerator.ts";

/** A server process of a benchmark whose CPU time is counted. */
export class CountedServer {
  readonly port: number;
  readonly #child: BenchChild;
  readonly #load: LoadGenerator;

  private constructor(child: BenchChild, port: number, load: LoadGenerator) {
    this.#child = child;
    this.port = port;
    this.#load = load;
  }

  /** Starts a file, given as a path from test/bench. It reports its port and its CPU time with `reportCpu`. */
  static async start(file: string, env: Readonly<Record<string, string>>, load: LoadGenerator): Promise<CountedServer> {
    const [child, ready] = await BenchChild.start(file, env);
    return new CountedServer(child, (ready as { port: number }).port, load);
  }

  /** Sends one round of requests. Resolves to the CPU time of one, in microseconds. */
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
