import { endOfUse, type PairInfo } from "../pair/PairInfo.ts";
import { SLOTS, type Slot } from "../pair/Slot.ts";
import type { SlotReading } from "../pair/SlotReading.ts";
import type { TlsFault } from "../TlsError.ts";
import { chooseCertificate, type SlotStatus } from "./chooseCertificate.ts";
import {
  isTransient,
  type Rotation,
  type RotationEffect,
  type RotationReadings,
  type RotationState,
  type RotationTime,
} from "./Rotation.ts";

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
  const candidate = chosen ?? unconfirmed(known);
  const isSwitch = candidate !== undefined && (candidate.hash !== known.serving.hash || !known.isConfirmed);
  // An unreachable server is tried again at each read. The fault is reported once and stays until the server is reached.
  const unreachable = isSwitch ? transientFault(known, candidate.slot) : undefined;
  const reports = SLOTS.flatMap((slot) =>
    unreachable !== undefined && slot === candidate?.slot ? [] : faultEffects(known, slot, slots[slot]),
  );
  const isQuiet = (!isSwitch || unreachable !== undefined) && reports.every((it) => it.type === "fault" && !it.isNew);
  const next: RotationState = {
    ...known,
    phase: isSwitch ? "swap" : "steady",
    since: at,
    candidate: isSwitch ? candidate : undefined,
    // The same certificate in the other slot needs no swap.
    serving: chosen !== undefined && !isSwitch ? chosen : known.serving,
    faults: {
      ...(slots.main.fault === undefined ? {} : { main: slots.main.fault }),
      ...(slots.standby.fault === undefined ? {} : { standby: slots.standby.fault }),
      ...(unreachable === undefined || candidate === undefined ? {} : { [candidate.slot]: unreachable }),
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
    effects: [...phases, ...reports, ...(isSwitch ? [{ type: "swap", pair: candidate } as const] : [])],
  };
}

/** The serving certificate, while no check has confirmed it and none has failed. */
function unconfirmed({ isConfirmed, serving, rejected }: RotationState): PairInfo | undefined {
  return isConfirmed || rejected[serving.slot]?.hash === serving.hash ? undefined : serving;
}

function transientFault({ faults }: RotationState, slot: Slot): TlsFault | undefined {
  const fault = faults[slot];
  return fault !== undefined && isTransient(fault) ? fault : undefined;
}

/** Records the hashes in the slots. Forgets refused certificates and pins when a slot has another hash, or when the serving certificate has ended. */
function dropStale(state: RotationState, { slots, now }: RotationReadings & RotationTime): RotationState {
  const seen = { ...state.seen };
  const rejected = { ...state.rejected };
  let { pinned } = state;
  for (const slot of SLOTS) {
    const hash = slots[slot]?.pair?.hash;
    if (hash === undefined) continue;
    if (pinned !== undefined && pinned[slot] !== hash) pinned = undefined;
    if (rejected[slot]?.hash !== hash) delete rejected[slot];
    seen[slot] = hash;
  }
  // A certificate that failed before, or was taken back, is better than an expired one.
  if (now > state.serving.notAfter) return { ...state, seen, rejected: {}, pinned: undefined };
  return { ...state, seen, rejected, pinned };
}

function judge(state: RotationState, slot: Slot, event: RotationReadings & RotationTime): JudgedSlot {
  const { slots, now } = event;
  const reading = slots[slot];
  if (reading === undefined) return { status: "absent" };
  const { pair } = reading;
  const fault = reading.fault ?? (pair === undefined ? undefined : rotationFault(state, pair, event));
  if (fault !== undefined) return { ...reading, fault, status: statusOf(fault) };
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
  const isOlder = slot === serving.slot && hash !== serving.hash && notBefore < serving.notBefore;
  if (!isOlder || allowOlder || now > serving.notAfter) return undefined;
  return {
    code: "older",
    message: `serial ${serial} is older than the serving certificate ${serving.serial}: it is valid from ${new Date(notBefore).toISOString()}; to serve it, set POSTERN_TLS_ALLOW_OLDER=1`,
  };
}

function statusOf({ code }: TlsFault): SlotStatus {
  return code === "expired" || code === "not-yet-valid" ? code : "unloadable";
}

function faultEffects({ faults }: RotationState, slot: Slot, { fault, status }: JudgedSlot): RotationEffect[] {
  const before = faults[slot];
  if (fault === undefined) return before === undefined || status === "absent" ? [] : [{ type: "recovered", slot }];
  const isNew = before?.code !== fault.code || before.message !== fault.message;
  return [{ type: "fault", slot, fault, isNew }];
}
