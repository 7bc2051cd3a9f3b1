import { BenchChild } from "../BenchChild.ts";
import type { BenchSize } from "../BenchSize.ts";
import { benchPath, benchReview } from "./benchReview.ts";
import type { Load, LoadResult } from "./loadClient.ts";
import { hasWrk, sendWithWrk } from "./sendWithWrk.ts";

/** Concurrent calls, as from an API server of moderate size. */
const CONNECTIONS = 8;

/**
 * Sends the review to a server over TLS with keep-alive. It runs in another process, so that its CPU time is not
 * counted.
 */
export class LoadGenerator {
  /** Name of the load generator, for the report. */
  readonly name: string;
  readonly #child: BenchChild;
  readonly #hasWrk: boolean;
  readonly #size: BenchSize;

  private constructor(child: BenchChild, hasWrk: boolean, size: BenchSize) {
    this.name = hasWrk ? "wrk" : "the built-in client";
    this.#child = child;
    this.#hasWrk = hasWrk;
    this.#size = size;
  }

  static async start(size: BenchSize): Promise<LoadGenerator> {
    const [child] = await BenchChild.start("gate/loadClient.ts");
    return new LoadGenerator(child, await hasWrk(), size);
  }

  /**
   * Sends requests until the server's code is compiled. Resolves to the last answer. Rejects when an answer is not a
   * 200.
   */
  async warmUp(port: number): Promise<string> {
    return (await this.#sendBuiltIn(port, this.#size.warmUpRequests)).answer;
  }

  /** Sends the requests of one round. Rejects when an answer is not a 200. */
  send(port: number): Promise<LoadResult> {
    if (this.#hasWrk) return sendWithWrk(loadOf(port, 0), this.#size.seconds);
    return this.#sendBuiltIn(port, this.#size.requests);
  }

  stop(): Promise<void> {
    return this.#child.stop();
  }

  async #sendBuiltIn(port: number, requests: number): Promise<LoadResult> {
    return (await this.#child.ask(loadOf(port, requests))) as LoadResult;
  }
}

function loadOf(port: number, requests: number): Load {
  return { port, path: benchPath, body: benchReview, requests, connections: CONNECTIONS };
}
