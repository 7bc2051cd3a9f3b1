import { errorMessage } from "../telemetry/errorMessage.ts";
import { KubernetesError } from "./KubernetesError.ts";
import type { Lease } from "./Lease.ts";

/** What a leader is made of. */
export interface LeaderOptions {
  readonly lease: Pick<Lease, "hold" | "release">;
  /** Of the Lease, in milliseconds. */
  readonly duration: number;
  /** Between tries, in milliseconds. */
  readonly retry: number;
  /** A clock that nobody sets, in milliseconds. */
  readonly elapsed: () => number;
  /** Resolves after so many milliseconds, or at once when the signal is given. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** Is to end when its signal is given. May ask at any time whether it still leads. */
  readonly lead: (leading: Leading) => Promise<void>;
  /** Told when the Lease was won, lost, or cannot be asked for; and each time with other words. */
  readonly onChange: (isLeading: boolean, why: string) => void;
  /** Ends it all. */
  readonly signal: AbortSignal;
}

/** What a leader knows of its lead. */
export interface Leading {
  readonly signal: AbortSignal;
  /** False once the Lease may be another's: also before anybody noticed, as after a machine has slept. */
  readonly isLeading: () => boolean;
}

/** The part of a Lease's time after which its holder no longer relies on it: another counts from the write, not its answer. */
const RELIABLE = 2 / 3;

/**
 * Leads while a Lease is held, and tries for it while it is not, as client-go's leaderelection does. Resolves when the signal
 * is given, the lead has ended, and the Lease is given back.
 */
export async function leadWhileHeld(options: LeaderOptions): Promise<void> {
  const { lease, duration, retry, elapsed, sleep, lead, onChange, signal } = options;
  let last = "";
  const tell = (isLeading: boolean, why: string): void => {
    if (why !== last) onChange(isLeading, why);
    last = why;
  };
  while (!signal.aborted) {
    const asked = elapsed();
    const fault = faultOf(await tryHold(lease));
    if (fault !== undefined) {
      tell(false, fault.message);
      await sleep(retry, signal);
      continue;
    }
    tell(true, "it leads");
    await leadOnce(asked);
  }
  await lease.release();

  async function leadOnce(asked: number): Promise<void> {
    let held = asked;
    const lost = new AbortController();
    const isLeading = (): boolean => !lost.signal.aborted && elapsed() - held < duration * RELIABLE;
    const ended = lead({ signal: AbortSignal.any([signal, lost.signal]), isLeading }).finally(() => lost.abort());
    // Awaited below, and not to be taken for forgotten until then.
    ended.catch(() => undefined);
    while (!signal.aborted && !lost.signal.aborted) {
      await sleep(retry, AbortSignal.any([signal, lost.signal]));
      if (signal.aborted || lost.signal.aborted) break;
      const start = elapsed();
      const outcome = await tryHold(lease);
      if (outcome === true) held = start;
      const fault = faultOf(outcome);
      if (fault === undefined) continue;
      if (!fault.isHeld && isLeading()) continue;
      tell(false, fault.isHeld ? fault.message : `the Lease could not be kept: ${fault.message}`);
      lost.abort();
    }
    await ended;
  }
}

interface HoldFault {
  readonly message: string;
  /** Whether another has the Lease, and not only nobody could be asked. */
  readonly isHeld: boolean;
}

/** Whether it was written now, or why it could not be. */
async function tryHold(lease: Pick<Lease, "hold">): Promise<boolean | HoldFault> {
  try {
    return await lease.hold();
  } catch (error) {
    const isHeld = error instanceof KubernetesError && error.code === "lease-held";
    return { message: errorMessage(error), isHeld };
  }
}

function faultOf(outcome: boolean | HoldFault): HoldFault | undefined {
  return typeof outcome === "boolean" ? undefined : outcome;
}
