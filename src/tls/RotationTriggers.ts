import { nextTurn } from "./rotation/nextTurn.ts";
import type { RotationState } from "./rotation/RotationState.ts";
import { watchFolders } from "./watchFolders.ts";

/** A longer setTimeout fires at once. In milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;
/** A timer may fire a little before the clock has come so far. In milliseconds. */
const EARLY = 2;
/** Between two looks for the same turn, where the clock had not come to it at the first one. In milliseconds. */
const LEAST_PAUSE = 1_000;

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
  /** The turn that the last look by itself was for. Milliseconds since 1970. */
  #turn: number | undefined;

  constructor(options: TriggerOptions, send: (event: TriggerEvent) => void) {
    this.#options = options;
    this.#send = send;
    this.#watch = watchFolders(options.folders, () => send({ type: "trigger", cause: "watch" }));
  }

  /** Resolves once it watches, and has asked for the first look. */
  async start(state: RotationState): Promise<void> {
    process.on("SIGHUP", this.#onHangUp);
    process.on("SIGUSR2", this.#onBack);
    this.plan(state);
    await this.#watch.refresh();
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
    const { turn, wait } = this.#next();
    this.#timer = setTimeout(() => {
      this.#turn = turn;
      this.#schedule();
      void this.#watch.refresh();
      this.#send({ type: "trigger", cause: "poll" });
    }, wait);
    this.#timer.unref();
  }

  /** How long it is to the next look, in milliseconds, and the turn that the look is for, should it be for one. */
  #next(): { readonly turn: number | undefined; readonly wait: number } {
    const { now, pollMs } = this.#options;
    const longest = Math.min(LONGEST_TIMER, pollMs);
    if (this.#state === undefined) return { turn: undefined, wait: longest };
    const turn = nextTurn(this.#state, now());
    const untilTurn = turn - now();
    // Past its end there is no turn to wait for.
    if (untilTurn <= 0) return { turn: undefined, wait: longest };
    // A clock that stands still, or is set back again and again, must not make it look every millisecond.
    const wait = Math.max(untilTurn + EARLY, turn === this.#turn ? LEAST_PAUSE : 0);
    return wait <= longest ? { turn, wait } : { turn: this.#turn, wait: longest };
  }

  readonly #onHangUp = (): void => this.#send({ type: "trigger", cause: "SIGHUP" });
  readonly #onBack = (): void => this.#send({ type: "back" });
}
