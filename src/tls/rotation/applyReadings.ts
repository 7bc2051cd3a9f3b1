import { endOfUse, type PairInfo } from "../pair/PairInfo.ts";
import { SLOTS, type Slot } from "../pair/Slot.ts";
import type { SlotReading } from "../pair/SlotReading.ts";
import type { TlsFault, TlsFaultCode } from "../TlsError.ts";
import { startAgain } from "./Attempts.ts";
import { chooseCertificate, type SlotStatus } from "./chooseCertificate.ts";
import { chooseStep } from "./chooseStep.ts";
import {
  isTransient,
  type Rotation,
  type RotationEffect,
  type RotationReadings,
  type RotationState,
  type RotationTime,
} from "./Rotation.ts";

const HOUR_MS = 3_600_000;
/**
 * Issuers backdate `notBefore`: Vault by 30 s, Let's Encrypt by 1 h, others to the start of the day. Public CAs must stay
 * within 48 h of the signing (CA/Browser Forum Baseline Requirements, 7.1.2.7). Within it, `notBefore` does not tell which
 * certificate was issued last, and the files are followed.
 */
const MAX_BACKDATING_MS = 48 * HOUR_MS;
/** Faults that depend on the client: on the names that it uses, or on the certificates that it has. */
const DOUBTFUL: readonly TlsFaultCode[] = ["wrong-host", "untrusted", "incomplete-chain"];

/** A slot after the rules of the rotation. */
interface JudgedSlot extends SlotReading {
  readonly status: SlotStatus;
}

/** The transition after a verification: swaps the chosen pair in, or keeps the current one. Reports each fault once. */
export function applyReadings(state: RotationState, event: RotationReadings & RotationTime): Rotation {
  const { now, at } = event;
  const known = dropStale(state, event);
  const slots = { main: judge(known, "main", event), standby: judge(known, "standby", event) };
  const choice = chooseCertificate({
    main: slots.main.status,
    standby: slots.standby.status,
    renewing: event.renewing,
    isServingValid: now <= known.serving.notAfter,
  });
  const chosen = known.pinned === undefined && choice.serve !== undefined ? slots[choice.serve].pair : undefined;
  const step = chooseStep(known, chosen, event);
  // An unreachable server is tried again. The fault is reported once and stays until the server is reached.
  const unreachable = step === undefined ? undefined : transientFault(known, step.pair.slot);
  const reports = SLOTS.flatMap((slot) =>
    unreachable !== undefined && slot === step?.pair.slot ? [] : faultEffects(known, slot, slots[slot]),
  );
  const work: RotationEffect[] =
    step === undefined || step.type === "wait" ? [] : [{ type: step.type, pair: step.pair }];
  const isQuiet =
    (step?.type !== "swap" || unreachable !== undefined || known.attempts[step.pair.hash] !== undefined) &&
    reports.every((it) => it.type === "fault" && !it.isNew);
  const next: RotationState = {
    ...known,
    phase: step === undefined || step.type === "wait" ? "steady" : step.type,
    since: at,
    candidate: work.length === 0 ? undefined : step?.pair,
    // The same certificate in the other slot needs no swap.
    serving: chosen?.hash === known.serving.hash ? chosen : known.serving,
    faults: {
      ...(slots.main.fault === undefined ? {} : { main: slots.main.fault }),
      ...(slots.standby.fault === undefined ? {} : { standby: slots.standby.fault }),
      ...(unreachable === undefined || step === undefined ? {} : { [step.pair.slot]: unreachable }),
    },
  };
  const phases: RotationEffect[] = (["preload", "verify"] as const).map((phase) => ({
    type: "phase-ended",
    phase,
    durationMs: phase === "preload" ? state.preloadMs : at - state.since,
    fault: phase === "verify" ? (slots.main.fault ?? slots.standby.fault) : undefined,
    cause: state.cause,
    isQuiet,
  }));
  return {
    state: next,
    effects: [...phases, ...reports, ...work],
  };
}

function transientFault({ faults }: RotationState, slot: Slot): TlsFault | undefined {
  const fault = faults[slot];
  return fault !== undefined && isTransient(fault) ? fault : undefined;
}

/**
 * Records the hashes in the slots. When a slot has another hash, forgets its refused certificate and all pins, and starts
 * the attempts again. When the serving certificate has ended, forgets what was refused before: nothing is worse.
 */
function dropStale(state: RotationState, { slots, now }: RotationReadings & RotationTime): RotationState {
  const seen = { ...state.seen };
  const rejected = { ...state.rejected };
  let { pinned } = state;
  let isChanged = false;
  for (const slot of SLOTS) {
    const hash = slots[slot]?.pair?.hash;
    if (hash === undefined) continue;
    if (pinned !== undefined && pinned[slot] !== hash) pinned = undefined;
    if (rejected[slot]?.hash !== hash) delete rejected[slot];
    isChanged ||= seen[slot] !== undefined && seen[slot] !== hash;
    seen[slot] = hash;
  }
  const hasEnded = now > state.serving.notAfter;
  for (const slot of SLOTS) if (hasEnded && rejected[slot]?.isAfterEnd !== true) delete rejected[slot];
  const known = [state.serving.hash, ...Object.values(seen)];
  const attempts = Object.fromEntries(Object.entries(state.attempts).filter(([hash]) => known.includes(hash)));
  return {
    ...state,
    seen,
    rejected,
    attempts: isChanged ? startAgain(attempts) : attempts,
    pinned: hasEnded ? undefined : pinned,
  };
}

function judge(state: RotationState, slot: Slot, event: RotationReadings & RotationTime): JudgedSlot {
  const { slots, now } = event;
  const reading = slots[slot];
  if (reading === undefined) return { status: "absent" };
  const { pair } = reading;
  const fault = reading.fault ?? (pair === undefined ? undefined : rotationFault(state, pair, event));
  if (fault !== undefined) return { ...reading, fault, status: statusOf(fault, state, { slot, pair, now }) };
  if (pair === undefined) return { status: "unloadable" };
  return { pair, status: now >= endOfUse(pair) ? "ending" : "valid" };
}

/** A fault of a valid pair in this rotation: it was refused before, or is older than the serving one. */
function rotationFault(
  { rejected, serving }: RotationState,
  { slot, hash, serial, notBefore }: PairInfo,
  { now, allowOlder }: RotationReadings & RotationTime,
): TlsFault | undefined {
  const known = rejected[slot];
  if (known?.hash === hash) return known.fault;
  // Guards against a volume or backup that was restored by mistake. Any valid certificate may replace an expired one.
  const isOlder = slot === serving.slot && hash !== serving.hash && notBefore < serving.notBefore - MAX_BACKDATING_MS;
  if (!isOlder || allowOlder || now > serving.notAfter) return undefined;
  return {
    code: "older",
    message: `serial ${serial} is older than the serving certificate ${serving.serial}: it is valid from ${new Date(notBefore).toISOString()}, more than ${MAX_BACKDATING_MS / HOUR_MS} h earlier; to serve it, set POSTERN_TLS_ALLOW_OLDER=1`,
  };
}

function statusOf(
  { code }: TlsFault,
  { rejected }: RotationState,
  { slot, pair, now }: { readonly slot: Slot; readonly pair: PairInfo | undefined; readonly now: number },
): SlotStatus {
  if (code === "expired" || code === "not-yet-valid") return code;
  const isWithinDates = pair !== undefined && now >= pair.notBefore && now <= pair.notAfter;
  const isRejected = pair !== undefined && rejected[slot]?.hash === pair.hash;
  return isWithinDates && !isRejected && DOUBTFUL.includes(code) ? "doubtful" : "unloadable";
}

function faultEffects({ faults }: RotationState, slot: Slot, { fault, status }: JudgedSlot): RotationEffect[] {
  const before = faults[slot];
  if (fault === undefined) return before === undefined || status === "absent" ? [] : [{ type: "recovered", slot }];
  const isNew = before?.code !== fault.code || before.message !== fault.message;
  return [{ type: "fault", slot, fault, isNew }];
}
