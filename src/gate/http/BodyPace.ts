import type { Deadline } from "../../policy/run/Deadline.ts";
import { GateError } from "../GateError.ts";

/** How long a body may be silent. */
const WINDOW_MS = 2_000;
/** What has to arrive in each window: 8 KiB a second. An API server sends a body at once. */
const WINDOW_BYTES = 16 * 1024;
/** After work that held the process, timers run before it reads what has arrived. */
const LATE_MS = 250;

/**
 * Watches that a body arrives: at least 16 KiB in each 2 s, and all of it before the deadline. Then {@link failed} rejects
 * with {@link GateError} `body-timeout`. One timer for each body.
 */
export class BodyPace {
  readonly failed: Promise<never>;
  readonly #deadline: Deadline;
  #reject: ((error: GateError) => void) | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Bytes above what the past windows needed. */
  #bytes = 0;

  /** `aheadBytes` are counted now, for a body that arrives unseen. */
  constructor(deadline: Deadline, aheadBytes = 0) {
    this.#deadline = deadline;
    this.#bytes = aheadBytes;
    this.failed = new Promise((_, reject) => {
      this.#reject = reject;
    });
    this.#wait(WINDOW_MS, false);
  }

  /** Counts bytes that arrived. */
  count(bytes: number): void {
    this.#bytes += bytes;
  }

  /** Ends the watch. */
  stop(): void {
    clearTimeout(this.#timer);
  }

  #wait(ms: number, isLate: boolean): void {
    this.#timer = setTimeout(() => this.#check(isLate), Math.min(ms, Math.max(this.#deadline.remainingMs, 0)));
  }

  #check(isLate: boolean): void {
    if (this.#deadline.isPassed) this.#fail("the body did not arrive within the call's timeout");
    else if (this.#bytes >= WINDOW_BYTES) {
      this.#bytes = Math.max(0, this.#bytes - WINDOW_BYTES);
      this.#wait(WINDOW_MS, false);
    } else if (!isLate) this.#wait(LATE_MS, true);
    else this.#fail("the body arrives too slowly; expected at least 8 KiB a second");
  }

  #fail(message: string): void {
    this.#reject?.(new GateError("body-timeout", message, { body: "cut" }));
  }
}
