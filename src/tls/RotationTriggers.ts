import { nextTurn } from "./nextTurn.ts";
import type { RotationState } from "./RotationState.ts";
import { watchFolders } from "./watchFolders.ts";

/** A longer setTimeout fires at once. In milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** What makes a rotation look at its files, or go back. */
export type TriggerEvent =
  | { readonly type: "trigger"; readonly cause: "watch" | "poll" | "SIGHUP" }
  | { readonly type: "back" };

/** What {@link RotationTriggers} watch. */
export interface TriggerOptions {
  readonly folders: readonly string[];
  readonly pollMs: number;
  /** In milliseconds since 1970. */
  readonly now: () => number;
}

/** Watching, polling, and the signals SIGHUP (look again) and SIGUSR2 (go back). */
export class RotationTriggers {
  readonly #options: TriggerOptions;
  readonly #send: (event: TriggerEvent) => void;
  readonly #watch: ReturnType<typeof watchFolders>;
  #timer: NodeJS.Timeout | undefined;
  #state: RotationState | undefined;

  constructor(options: TriggerOptions, send: (event: TriggerEvent) => void) {
    this.#options = options;
    this.#send = send;
    this.#watch = watchFolders(options.folders, () => send({ type: "trigger", cause: "watch" }));
  }

  start(state: RotationState): void {
    process.on("SIGHUP", this.#onHangUp);
    process.on("SIGUSR2", this.#onBack);
    void this.#watch.refresh();
    this.plan(state);
    // What changed between the first load and the watch.
    this.#send({ type: "trigger", cause: "poll" });
  }

  stop(): void {
    process.off("SIGHUP", this.#onHangUp);
    process.off("SIGUSR2", this.#onBack);
    clearTimeout(this.#timer);
    this.#watch.stop();
  }

  /** Takes note of what serves: the next look is at its end, should that be sooner than the next poll. */
  plan(state: RotationState): void {
    if (this.#state !== undefined && this.#state.serving.hash === state.serving.hash) return;
    this.#state = state;
    this.#schedule();
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    const { now, pollMs } = this.#options;
    const untilTurn = this.#state === undefined ? pollMs : nextTurn(this.#state, now()) - now();
    // Past its end there is no turn to wait for.
    const wait = Math.min(LONGEST_TIMER, pollMs, untilTurn > 0 ? untilTurn : pollMs);
    this.#timer = setTimeout(() => {
      this.#schedule();
      void this.#watch.refresh();
      this.#send({ type: "trigger", cause: "poll" });
    }, wait);
    this.#timer.unref();
  }

  readonly #onHangUp = (): void => this.#send({ type: "trigger", cause: "SIGHUP" });
  readonly #onBack = (): void => this.#send({ type: "back" });
}
