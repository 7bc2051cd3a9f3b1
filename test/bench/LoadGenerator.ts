import { BenchChild } from "./BenchChild.ts";
import { benchPath, benchReview } from "./benchReview.ts";
import type { Load, LoadResult } from "./loadClient.ts";

/** As many calls as an API server of some size has under way at one time. */
const CONNECTIONS = 8;

/** Sends the review to a server, from a process of its own, so that its own work is not counted. */
export class LoadGenerator {
  readonly #child: BenchChild;

  private constructor(child: BenchChild) {
    this.#child = child;
  }

  static async start(): Promise<LoadGenerator> {
    const [child] = await BenchChild.start("loadClient.ts");
    return new LoadGenerator(child);
  }

  /** Rejects unless every answer was a 200. */
  async send(target: { port: number; tls: boolean }, requests: number): Promise<LoadResult> {
    const load: Load = { ...target, path: benchPath, body: benchReview, requests, connections: CONNECTIONS };
    return (await this.#child.ask(load)) as LoadResult;
  }

  stop(): Promise<void> {
    return this.#child.stop();
  }
}
