import { setTimeout as sleep } from "node:timers/promises";
import { readReview } from "../../fixtures/readReview.ts";
import { JSON_HEADERS } from "../../functions/Runtime.ts";
import { SOAK_CLUSTER } from "./SoakTarget.ts";

/** Callers at the same time. */
const CALLERS = 8;
const RETRY_MS = 20;
const LIMIT_MS = 10_000;
const REVIEW = readReview("validate-v1-create-pods-2");
const REVIEW_UID: string = JSON.parse(REVIEW).request.uid;

/**
 * Sends reviews to a gate that is killed. As the API server does, a caller sends a review again that got no answer, or a 503;
 * here until it has one, also from the next process.
 */
export class SoakLoad {
  /** The receipts of all answers, by uid: the first, and those of answers that the client sent again for. */
  readonly receipts = new Map<string, string>();
  /** Answers that are no verdict with a receipt, and no 503. */
  readonly failures: string[] = [];
  /** Calls without an answer, and those with a 503. */
  cut = 0;
  refused = 0;
  #sent = 0;
  #open: string[] = [];
  #answered: (() => void) | undefined;

  /** Sends reviews until `stopped` resolves. Then each caller ends with the call that it has. */
  async run(base: string, stopped: Promise<unknown>): Promise<void> {
    let isStopped = false;
    const stop = stopped.finally(() => {
      isStopped = true;
    });
    const caller = async (): Promise<void> => {
      while (!isStopped) {
        const uid = this.#open.pop() ?? `soak-${this.#sent++}`;
        if (!(await this.#call(base, uid))) {
          this.#open.push(uid);
          await sleep(RETRY_MS);
        }
      }
    };
    await Promise.all([stop, ...Array.from({ length: CALLERS }, caller)]);
  }

  /** Sends what has no answer yet, and every review of the last ones again. */
  async finish(base: string): Promise<void> {
    while (this.#open.length > 0) {
      const uid = this.#open.pop() ?? "";
      if (!(await this.#call(base, uid))) {
        this.#open.push(uid);
        await sleep(RETRY_MS);
      }
    }
    for (const uid of [...this.receipts.keys()].slice(-CALLERS)) await this.#call(base, uid);
  }

  /** Resolves at the next answer. */
  nextAnswer(): Promise<void> {
    return new Promise((resolve) => {
      this.#answered = resolve;
    });
  }

  /** True when there is an answer that is final. */
  async #call(base: string, uid: string): Promise<boolean> {
    let status: number;
    let text: string;
    try {
      const response = await fetch(`${base}/c/${SOAK_CLUSTER}/validate?timeout=10s`, {
        method: "POST",
        headers: JSON_HEADERS,
        body: REVIEW.replaceAll(REVIEW_UID, uid),
        signal: AbortSignal.timeout(LIMIT_MS),
      });
      status = response.status;
      text = await response.text();
    } catch {
      this.cut += 1;
      return false;
    }
    if (status === 503) {
      this.refused += 1;
      return false;
    }
    const receipt = /"receipt":"([0-9a-f]{64})"/.exec(text)?.[1];
    const known = this.receipts.get(uid);
    if (status !== 200 || receipt === undefined) this.failures.push(`${status}: ${text.slice(0, 300)}`);
    else if (known !== undefined && known !== receipt)
      this.failures.push(`${uid} has the receipts ${known} and ${receipt}`);
    else this.receipts.set(uid, receipt);
    this.#answered?.();
    this.#answered = undefined;
    return true;
  }
}
