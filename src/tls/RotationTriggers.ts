import { nextCheckAt, type RotationState } from "./rotation/Rotation.ts";
import { watchFolders } from "./watchFolders.ts";

/** setTimeout with a longer delay fires immediately. */
const MAX_TIMER_MS = 2 ** 31 - 1;
/** A timer may fire slightly before the wall clock reaches its time. */
const TIMER_MARGIN_MS = 2;
/** The pause before a repeated check, when the wall clock has not reached its time yet. */
const MIN_PAUSE_MS = 1_000;

/** Starts a rotation, or takes the serving certificate back. */
export type TriggerEvent =
  | { readonly type: "trigger"; readonly cause: "watch" | "poll" | "SIGHUP" }
  | { readonly type: "take-back" };

/** Options of {@link RotationTriggers}. */
export interface TriggerOptions {
  readonly folders: readonly string[];
  readonly pollMs: number;
  /** In milliseconds since 1970. */
  readonly now: () => number;
}

/** The triggers of a rotation: changes in folders, polls, SIGHUP (read now) and SIGUSR2 (take back). */
export class RotationTriggers {
  readonly #options: TriggerOptions;
  readonly #send: (event: TriggerEvent) => void;
  readonly #watch: ReturnType<typeof watchFolders>;
  #timer: NodeJS.Timeout | undefined;
  #state: RotationState | undefined;
  /** The planned time of the last check near the end of a certificate. In milliseconds since 1970. */
  #lastCheckAt: number | undefined;

  constructor(options: TriggerOptions, send: (event: TriggerEvent) => void) {
    this.#options = options;
    this.#send = send;
    this.#watch = watchFolders(options.folders, () => send({ type: "trigger", cause: "watch" }));
  }

  /** Resolves when the folders are watched and the first read has been triggered. */
  async start(state: RotationState): Promise<void> {
    process.on("SIGHUP", this.#onHangUp);
    process.on("SIGUSR2", this.#onTakeBack);
    this.plan(state);
    await this.#watch.refresh();
    // Covers changes between the first load and the start of the watch.
    this.#send({ type: "trigger", cause: "poll" });
  }

  stop(): void {
    process.off("SIGHUP", this.#onHangUp);
    process.off("SIGUSR2", this.#onTakeBack);
    clearTimeout(this.#timer);
    this.#watch.stop();
  }

  /** Plans a check near the end of the serving certificate, when that is sooner than the next poll. */
  plan(state: RotationState): void {
    const [before, serving] = [this.#state?.serving, state.serving];
    // The end changes with the roots that clients trust.
    if (before?.hash === serving.hash && before.notAfter === serving.notAfter) return;
    this.#state = state;
    this.#schedule();
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    const { checkAt, waitMs } = this.#next();
    this.#timer = setTimeout(() => {
      this.#lastCheckAt = checkAt;
      this.#schedule();
      void this.#watch.refresh();
      this.#send({ type: "trigger", cause: "poll" });
    }, waitMs);
    this.#timer.unref();
  }

  /** The time to the next read, and the planned check that it is for, if any. */
  #next(): { readonly checkAt: number | undefined; readonly waitMs: number } {
    const { now, pollMs } = this.#options;
    const maxMs = Math.min(MAX_TIMER_MS, pollMs);
    if (this.#state === undefined) return { checkAt: undefined, waitMs: maxMs };
    const checkAt = nextCheckAt(this.#state, now());
    const untilCheckMs = checkAt - now();
    // An expired certificate needs only polls.
    if (untilCheckMs <= 0) return { checkAt: undefined, waitMs: maxMs };
    // A clock that stands still, or is set back repeatedly, must not cause a read every millisecond.
    const waitMs = Math.max(untilCheckMs + TIMER_MARGIN_MS, checkAt === this.#lastCheckAt ? MIN_PAUSE_MS : 0);
    return waitMs <= maxMs ? { checkAt, waitMs } : { checkAt: this.#lastCheckAt, waitMs: maxMs };
  }

  readonly #onHangUp = (): void => this.#send({ type: "trigger", cause: "SIGHUP" });
  readonly #onTakeBack = (): void => this.#send({ type: "take-back" });
}
