import { type ClientHttp2Session, connect } from "node:http2";
import { Agent, request } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { readReview } from "../fixtures/readReview.ts";
import type { Target } from "./Target.ts";

/** What became of the reviews of an API server. */
export interface ReviewCounts {
  sent: number;
  /** Answered at the next try, after a 429 or 503 with Retry-After. */
  retried: number;
  /** The first of those without a verdict. */
  readonly failures: string[];
  failed: number;
  /** Milliseconds from the first try to the verdict. */
  readonly latencies: number[];
}

interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly text: string;
}

const PATH = "/c/local/validate?timeout=10s";
/** A Go client retries a call on a connection that is closed before it is sent. These are the codes of that. */
const UNSENT = /ECONNREFUSED|ERR_HTTP2_GOAWAY_SESSION|ERR_HTTP2_INVALID_SESSION/;
const MAX_FAILURES_SHOWN = 20;

/**
 * Posts reviews as API servers do: at a fixed rate, over kept connections with http/1.1 and h2 in turns, one in 200 over a
 * new one. Each verdict is checked.
 */
export class RealReviews {
  readonly #target: Target;
  readonly #agent: Agent;
  readonly #body = readReview("validate-v1-create-pods-2");
  #session: ClientHttp2Session | undefined;
  #count = 0;

  constructor(target: Target) {
    this.#target = target;
    this.#agent = new Agent({ keepAlive: true, ca: target.ca, maxSockets: 50 });
  }

  /** Posts `perSecond` reviews for some seconds. Resolves when all are answered. */
  async run(perSecond: number, seconds: number): Promise<ReviewCounts> {
    const counts: ReviewCounts = { sent: 0, retried: 0, failures: [], failed: 0, latencies: [] };
    const startedAt = performance.now();
    const open: Promise<void>[] = [];
    for (let index = 0; index < perSecond * seconds; index += 1) {
      await sleep(Math.max(0, startedAt + (index * 1000) / perSecond - performance.now()));
      open.push(this.#review(counts));
    }
    await Promise.all(open);
    return counts;
  }

  close(): void {
    this.#agent.destroy();
    this.#session?.destroy();
  }

  async #review(counts: ReviewCounts): Promise<void> {
    counts.sent += 1;
    const startedAt = performance.now();
    try {
      let answer = await this.#post();
      if ((answer.status === 503 || answer.status === 429) && answer.retryAfter !== undefined) {
        await sleep(Number(answer.retryAfter) * 1000);
        answer = await this.#post();
        counts.retried += 1;
      }
      if (answer.status !== 200) throw new Error(`status ${answer.status}: ${answer.text.slice(0, 200)}`);
      const { response } = JSON.parse(answer.text);
      if (response?.allowed !== false) throw new Error(`wrong verdict: ${answer.text.slice(0, 200)}`);
      counts.latencies.push(performance.now() - startedAt);
    } catch (error) {
      counts.failed += 1;
      const { code = "", message } = error as Error & { code?: string };
      if (counts.failures.length < MAX_FAILURES_SHOWN) counts.failures.push(`${code} ${message}`.trim());
    }
  }

  async #post(): Promise<Answer> {
    this.#count += 1;
    const post =
      this.#target.hasHttp2 && this.#count % 2 === 0
        ? () => this.#postHttp2()
        : () => this.#postHttp1(this.#count % 200 === 1);
    try {
      return await post();
    } catch (error) {
      if (!UNSENT.test(String((error as { code?: string }).code))) throw error;
      return post();
    }
  }

  #postHttp1(isNew: boolean): Promise<Answer> {
    const { host, port, ca } = this.#target;
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(this.#body) };
    return new Promise((resolve, reject) => {
      const options = { host, port, ca, path: PATH, method: "POST", headers, timeout: 10_000 };
      const sent = request({ ...options, agent: isNew ? false : this.#agent }, (answer) => {
        let text = "";
        answer.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk;
        });
        answer.on("error", reject);
        answer.on("end", () =>
          resolve({ status: answer.statusCode ?? 0, retryAfter: answer.headers["retry-after"], text }),
        );
      });
      sent.on("timeout", () => sent.destroy(new Error("no answer within 10 s"))).on("error", reject);
      sent.end(this.#body);
    });
  }

  #postHttp2(): Promise<Answer> {
    const { host, port, ca } = this.#target;
    if (this.#session === undefined || this.#session.closed || this.#session.destroyed) {
      this.#session = connect(`https://${host}:${port}`, { ca });
      this.#session.on("error", () => undefined);
    }
    const session = this.#session;
    return new Promise((resolve, reject) => {
      const stream = session.request({ ":method": "POST", ":path": PATH, "content-type": "application/json" });
      let text = "";
      let status = 0;
      let retryAfter: string | undefined;
      stream.on("response", (headers) => {
        status = headers[":status"] ?? 0;
        retryAfter = headers["retry-after"]?.toString();
      });
      stream.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      stream.setTimeout(10_000, () => stream.destroy(new Error("no answer within 10 s")));
      stream.on("error", reject);
      stream.on("close", () => {
        if (status > 0 && text !== "") resolve({ status, retryAfter, text });
        else reject(new Error(`the stream ended without an answer (${stream.rstCode})`));
      });
      stream.end(this.#body);
    });
  }
}
