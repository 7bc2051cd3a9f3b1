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
  readonly #body: string;

  private constructor(child: BenchChild, hasWrk: boolean, size: BenchSize, body: string) {
    this.name = hasWrk ? "wrk" : "the built-in client";
    this.#child = child;
    this.#hasWrk = hasWrk;
    this.#size = size;
    this.#body = body;
  }

  static async start(size: BenchSize, body = benchReview): Promise<LoadGenerator> {
    const [child] = await BenchChild.start("gate/loadClient.ts");
    return new LoadGenerator(child, await hasWrk(), size, body);
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
    if (this.#hasWrk) return sendWithWrk(this.#loadOf(port, 0), this.#size.seconds);
    return this.#sendBuiltIn(port, this.#size.requests);
  }

  stop(): Promise<void> {
    return this.#child.stop();
  }

  async #sendBuiltIn(port: number, requests: number): Promise<LoadResult> {
    return (await this.#child.ask(this.#loadOf(port, requests))) as LoadResult;
  }

  #loadOf(port: number, requests: number): Load {
    return { port, path: benchPath, body: this.#body, requests, connections: CONNECTIONS };
  }
}
