import * as z from "zod/mini";
import { RecordError } from "../../RecordError.ts";

const answerSchema = z.object({
  statusCode: z.int().check(z.minimum(200), z.maximum(299)),
  headers: z.record(z.string(), z.unknown()),
});

/**
 * The clock of a store, read from the header `date` of its answers (RFC 9110, section 6.6.1), which has whole seconds: it is
 * within a second of the store's own. The clock of a Lambda belongs to the instance, so two instances differ, and each may
 * jump. Between two answers a monotonic clock counts on. Every commit asks the store first, so the header is always fresh.
 */
export class StoreClock {
  readonly #monotonicMs: () => number;
  #offsetMs: number | undefined;

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
  }

  /** Takes the time from an answer of the SDK's HTTP handler. An error answer may be of a proxy, and does not count. */
  see(answer: unknown): void {
    const read = answerSchema.safeParse(answer);
    const seconds = read.success ? Date.parse(String(read.data.headers.date)) : Number.NaN;
    if (Number.isNaN(seconds)) return;
    const local = this.#monotonicMs();
    const estimate = local + (this.#offsetMs ?? Number.NEGATIVE_INFINITY);
    // An estimate within the second of the header is better than its start.
    this.#offsetMs = Math.min(Math.max(estimate, seconds), seconds + 999) - local;
  }

  /** Milliseconds since 1970. Throws {@link RecordError} `store-unavailable` before the first answer with a date. */
  now(): number {
    if (this.#offsetMs === undefined)
      throw new RecordError("store-unavailable", "no answer of the store of the records has the header date");
    return Math.trunc(this.#monotonicMs() + this.#offsetMs);
  }
}
