import { errorMessage } from "../telemetry/errorMessage.ts";
import { KubernetesError } from "./KubernetesError.ts";
import type { Lease } from "./Lease.ts";

/** Options of {@link leadWhileHeld}. */
export interface LeaderOptions {
  readonly lease: Pick<Lease, "hold" | "release">;
  /** The duration of the Lease. */
  readonly durationMs: number;
  /** The time between two attempts to acquire or renew the Lease. */
  readonly retryMs: number;
  /** A monotonic clock, in milliseconds. */
  readonly elapsedMs: () => number;
  /** Resolves after that time, or as soon as the signal is aborted. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** The work of the leader. Must end when the signal in `leading` is aborted. */
  readonly lead: (leading: Leading) => Promise<void>;
  /** Called when the Lease is acquired, lost or cannot be read. Not called again for the same reason. */
  readonly onChange: (isLeading: boolean, reason: string) => void;
  /** Ends everything. */
  readonly signal: AbortSignal;
}

/** A leader's view of its own lead. */
export interface Leading {
  /** Aborted when the lead ends. */
  readonly signal: AbortSignal;
  /** False as soon as another process may hold the Lease, even before that is noticed (for example after a suspend). */
  readonly isLeading: () => boolean;
}

/** The part of the Lease's duration in which its holder relies on it. Others count from the write, not from its answer. */
const RELIABLE_PART = 2 / 3;

/**
 * Runs `lead` while this process holds a Lease, and tries to acquire the Lease while it does not, as client-go's
 * leaderelection does. Resolves when the signal is aborted, `lead` has ended and the Lease is given back.
 */
export async function leadWhileHeld(options: LeaderOptions): Promise<void> {
  const { lease, durationMs, retryMs, elapsedMs, sleep, lead, onChange, signal } = options;
  let lastReason = "";
  const report = (isLeading: boolean, reason: string): void => {
    if (reason !== lastReason) onChange(isLeading, reason);
    lastReason = reason;
  };
  while (!signal.aborted) {
    const startedAt = elapsedMs();
    const error = errorOf(await tryHold(lease));
    if (error !== undefined) {
      report(false, error.message);
      await sleep(retryMs, signal);
      continue;
    }
    report(true, "the Lease is acquired");
    await leadOnce(startedAt);
  }
  await lease.release();

  async function leadOnce(acquiredAt: number): Promise<void> {
    let heldAt = acquiredAt;
    const lost = new AbortController();
    const isLeading = (): boolean => !lost.signal.aborted && elapsedMs() - heldAt < durationMs * RELIABLE_PART;
    const ended = lead({ signal: AbortSignal.any([signal, lost.signal]), isLeading }).finally(() => lost.abort());
    // Awaited below. Until then a rejection must not count as unhandled.
    ended.catch(() => undefined);
    while (!signal.aborted && !lost.signal.aborted) {
      await sleep(retryMs, AbortSignal.any([signal, lost.signal]));
      if (signal.aborted || lost.signal.aborted) break;
      const startedAt = elapsedMs();
      const outcome = await tryHold(lease);
      if (outcome === true) heldAt = startedAt;
      const error = errorOf(outcome);
      if (error === undefined) continue;
      if (!error.isHeldByOther && isLeading()) continue;
      report(false, error.isHeldByOther ? error.message : `the Lease could not be renewed: ${error.message}`);
      lost.abort();
    }
    await ended;
  }
}

interface HoldError {
  readonly message: string;
  /** Whether another process holds the Lease. False: the API server could not be asked. */
  readonly isHeldByOther: boolean;
}

/** Resolves to whether the Lease was written now, or to why it could not be held. */
async function tryHold(lease: Pick<Lease, "hold">): Promise<boolean | HoldError> {
  try {
    return await lease.hold();
  } catch (error) {
    const isHeldByOther = error instanceof KubernetesError && error.code === "lease-held";
    return { message: errorMessage(error), isHeldByOther };
  }
}

function errorOf(outcome: boolean | HoldError): HoldError | undefined {
  return typeof outcome === "boolean" ? undefined : outcome;
}
