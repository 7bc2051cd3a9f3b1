import type { GuardedCall } from "./GuardedCall.ts";

/** A known caller sends a body, or reads an answer, in less than this. */
const PROVEN_MS = 1_000;

/** The connection of a call. */
interface CallConnection {
  readonly isProven: boolean;
  readonly calls: Set<GuardedCall>;
}

interface PlacedCall {
  readonly connection: CallConnection;
  readonly waiting: WaitingCalls;
}

/** Open calls, oldest first: with an incomplete body when they were last looked at, and with an answer. */
class WaitingCalls {
  readonly incomplete = new Set<GuardedCall>();
  readonly answered = new Set<GuardedCall>();

  /** The oldest call that waits for its client since `before` or earlier. */
  oldest(before: number): GuardedCall | undefined {
    const [unread] = this.answered;
    if (unread?.answeredAt !== undefined && unread.answeredAt <= before) return unread;
    for (const call of this.incomplete) {
      if (call.startedAt > before) return undefined;
      if (!call.isReceived) return call;
      // A complete body stays complete, so it is looked at once.
      this.incomplete.delete(call);
    }
    return undefined;
  }
}

/**
 * The open calls of a server, and which of them gives its place to a new one when all places are taken: the oldest one that
 * waits for its client, to read the answer or to send the body. First those of connections without a proof, then those of
 * proven connections after a second. A call that waits for its handler never gives its place.
 */
export class CallPlaces {
  readonly #size: number;
  readonly #unproven = new WaitingCalls();
  readonly #proven = new WaitingCalls();
  readonly #calls = new Map<GuardedCall, PlacedCall>();

  constructor(size: number) {
    this.#size = size;
  }

  get taken(): number {
    return this.#calls.size;
  }

  get isFull(): boolean {
    return this.#calls.size >= this.#size;
  }

  add(call: GuardedCall, connection: CallConnection): void {
    const waiting = connection.isProven ? this.#proven : this.#unproven;
    this.#calls.set(call, { connection, waiting });
    waiting.incomplete.add(call);
  }

  /** The handler returned its answer. */
  answer(call: GuardedCall): void {
    const waiting = this.#calls.get(call)?.waiting;
    waiting?.incomplete.delete(call);
    waiting?.answered.add(call);
  }

  /** Returns the connection of a call that had a place. */
  delete(call: GuardedCall): CallConnection | undefined {
    const placed = this.#calls.get(call);
    placed?.waiting.incomplete.delete(call);
    placed?.waiting.answered.delete(call);
    this.#calls.delete(call);
    return placed?.connection;
  }

  /** The call that gives its place; undefined when all wait for their handler. */
  replaceable(now: number): GuardedCall | undefined {
    return this.#unproven.oldest(now) ?? this.#proven.oldest(now - PROVEN_MS);
  }
}
