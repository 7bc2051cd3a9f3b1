import type { Log } from "../../telemetry/Log.ts";
import type { Decision } from "../decision/decisionSchema.ts";

/** What {@link LaterRecords} needs. */
export interface LaterRecordsOptions {
  /** Runs a task soon, after the answers that are ready. */
  readonly schedule: (task: () => void) => void;
  /** Takes a decision at once. False when it has no room; the decision is then dropped. */
  readonly write: (decision: Decision) => boolean;
  readonly log: Log;
  /** Called for each decision that is dropped. */
  readonly onDropped?: () => void;
}

/** What may wait. A decision waits only for the turns of the event loop that are before it. */
const MAX_WAITING = { records: 1_000, bytes: 16 * 1024 * 1024 };

interface Waiting {
  readonly decide: () => Promise<Decision>;
  readonly bytes: number;
}

/** Makes and writes decision records after the answer, one in each turn. What there is no room for is dropped and counted. */
export class LaterRecords {
  readonly #options: LaterRecordsOptions;
  readonly #waiting: Waiting[] = [];
  #bytes = 0;
  #isScheduled = false;

  constructor(options: LaterRecordsOptions) {
    this.#options = options;
  }

  /** The number of decisions that wait. */
  get size(): number {
    return this.#waiting.length;
  }

  /** See `Recorder.later`. */
  later(decide: () => Promise<Decision>, bytes: number): void {
    const isFull = this.#waiting.length >= MAX_WAITING.records || this.#bytes + bytes > MAX_WAITING.bytes;
    // One that is larger than the queue is taken when nothing else waits.
    if (isFull && this.#waiting.length > 0) {
      this.#drop("full");
      return;
    }
    this.#bytes += bytes;
    this.#waiting.push({ decide, bytes });
    this.#scheduleNext();
  }

  #scheduleNext(): void {
    if (this.#isScheduled || this.#waiting.length === 0) return;
    this.#isScheduled = true;
    this.#options.schedule(() => void this.#takeNext());
  }

  async #takeNext(): Promise<void> {
    const next = this.#waiting.shift();
    if (next !== undefined) {
      this.#bytes -= next.bytes;
      try {
        if (!this.#options.write(await next.decide())) this.#drop("refused");
      } catch (error) {
        this.#drop("failed", error);
      }
    }
    this.#isScheduled = false;
    this.#scheduleNext();
  }

  #drop(code: "full" | "refused" | "failed", error?: unknown): void {
    this.#options.onDropped?.();
    this.#options.log.warn("a decision record was dropped", error === undefined ? { code } : { code, error });
  }
}
