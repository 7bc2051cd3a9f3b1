import { BenchChild } from "./BenchChild.ts";
import type { BenchSize } from "./BenchSize.ts";
import { benchPath, benchReview } from "./benchReview.ts";
import type { Load, LoadResult } from "./loadClient.ts";
import { hasWrk, sendWithWrk } from "./sendWithWrk.ts";

/** As many calls as an API server of some size has under way at one time. */
const CONNECTIONS = 8;

/** Sends the review to a server over TLS with keep-alive, from a process of its own, so that its own work is not counted. */
export class LoadGenerator {
  /** What drives the rounds that are measured, for the report. */
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
    const [child] = await BenchChild.start("loadClient.ts");
    return new LoadGenerator(child, await hasWrk(), size);
  }

  /** Until the server's code is compiled. Resolves to its last answer; rejects unless every one was a 200. */
  async warmUp(port: number): Promise<string> {
    return (await this.#sendBuiltIn(port, this.#size.warmUp)).answer;
  }

  /** One round. Rejects unless every answer was a 200. */
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
