import { endOfUse, type PairInfo } from "../pair/PairInfo.ts";
import type { TlsFault } from "../TlsError.ts";
import { chooseCertificate, SLOTS, type Slot, type SlotStatus } from "./chooseCertificate.ts";
import { isTransient } from "./isTransient.ts";
import type { Rotation } from "./Rotation.ts";
import type { RotationEffect } from "./RotationEffect.ts";
import type { RotationReadings, RotationTime, SlotReading } from "./RotationEvent.ts";
import type { RotationState } from "./RotationState.ts";

/** A slot after the rotation's own rules. */
interface JudgedSlot extends SlotReading {
  readonly status: SlotStatus;
}

/** What becomes of a verification: the chosen pair is swapped in, or all stays as it is. Faults are said once each. */
export function settleReadings(state: RotationState, event: RotationReadings & RotationTime): Rotation {
  const { now, at } = event;
  const known = forget(state, event);
  const slots = { main: judge(known, "main", event), standby: judge(known, "standby", event) };
  const choice = chooseCertificate({
    main: slots.main.status,
    standby: slots.standby.status,
    renewing: event.renewing,
    servingInTime: now <= known.serving.notAfter,
  });
  const chosen = known.pinned === undefined && choice.serve !== undefined ? slots[choice.serve].pair : undefined;
  const candidate = chosen ?? unproven(known);
  const isSwitch = candidate !== undefined && (candidate.hash !== known.serving.hash || !known.isProven);
  // What cannot be told is tried again at each look, and said once: it stands until it has been told.
  const untold = isSwitch ? untoldFault(known, candidate.slot) : undefined;
  const news = SLOTS.flatMap((slot) =>
    untold !== undefined && slot === candidate?.slot ? [] : newsOf(known, slot, slots[slot]),
  );
  const isQuiet = (!isSwitch || untold !== undefined) && news.every((it) => it.type === "fault" && !it.isNew);
  const settled: RotationState = {
    ...known,
    phase: isSwitch ? "swap" : "steady",
    since: at,
    candidate: isSwitch ? candidate : undefined,
    // The same certificate in the other slot needs no switch.
    serving: chosen !== undefined && !isSwitch ? chosen : known.serving,
    faults: {
      ...(slots.main.fault === undefined ? {} : { main: slots.main.fault }),
      ...(slots.standby.fault === undefined ? {} : { standby: slots.standby.fault }),
      ...(untold === undefined || candidate === undefined ? {} : { [candidate.slot]: untold }),
    },
  };
  const phases: RotationEffect[] = (["preload", "verify"] as const).map((phase) => ({
    type: "phase-over",
    phase,
    milliseconds: phase === "preload" ? state.preloadMs : at - state.since,
    fault: phase === "verify" ? (slots.main.fault ?? slots.standby.fault) : undefined,
    cause: state.cause,
    isQuiet,
  }));
  return {
    state: settled,
    effects: [...phases, ...news, ...(isSwitch ? [{ type: "swap", pair: candidate } as const] : [])],
  };
}

/** What is taken to serve has to be found out, unless that failed before. */
function unproven({ isProven, serving, refused }: RotationState): PairInfo | undefined {
  return isProven || refused[serving.slot]?.hash === serving.hash ? undefined : serving;
}

function untoldFault({ faults }: RotationState, slot: Slot): TlsFault | undefined {
  const fault = faults[slot];
  return fault !== undefined && isTransient(fault) ? fault : undefined;
}

/** What the slots hold now, without refusals and pins that are over: another certificate is there, or what serves has ended. */
function forget(state: RotationState, { slots, now }: RotationReadings & RotationTime): RotationState {
  const seen = { ...state.seen };
  const refused = { ...state.refused };
  let { pinned } = state;
  for (const slot of SLOTS) {
    const hash = slots[slot]?.pair?.hash;
    if (hash === undefined) continue;
    if (pinned !== undefined && pinned[slot] !== hash) pinned = undefined;
    if (refused[slot]?.hash !== hash) delete refused[slot];
    seen[slot] = hash;
  }
  // What serves has ended: rather what failed before, or was taken back, than nothing valid at all.
  if (now > state.serving.notAfter) return { ...state, seen, refused: {}, pinned: undefined };
  return { ...state, seen, refused, pinned };
}

function judge(state: RotationState, slot: Slot, event: RotationReadings & RotationTime): JudgedSlot {
  const { slots, now } = event;
  const reading = slots[slot];
  if (reading === undefined) return { status: "absent" };
  const { pair } = reading;
  const fault = reading.fault ?? (pair === undefined ? undefined : ownFault(state, pair, event));
  if (fault !== undefined) return { ...reading, fault, status: statusOf(fault) };
  if (pair === undefined) return { status: "unloadable" };
  return { pair, status: now >= endOfUse(pair) ? "ending" : "valid" };
}

function ownFault(
  { refused, serving }: RotationState,
  { slot, hash, serial, notBefore }: PairInfo,
  { now, allowOlder }: RotationReadings & RotationTime,
): TlsFault | undefined {
  const refusal = refused[slot];
  if (refusal?.hash === hash) return refusal.fault;
  // Against a volume that was put back by mistake, or a backup. What has ended is better replaced by anything.
  const isOlder = slot === serving.slot && hash !== serving.hash && notBefore < serving.notBefore;
  if (!isOlder || allowOlder || now > serving.notAfter) return undefined;
  return {
    code: "older",
    message: `serial ${serial} is older than ${serving.serial}, which serves: it is valid from ${new Date(notBefore).toISOString()}; set POSTERN_TLS_ALLOW_OLDER=1 to serve it all the same`,
  };
}

function statusOf({ code }: TlsFault): SlotStatus {
  return code === "expired" || code === "not-yet-valid" ? code : "unloadable";
}

function newsOf({ faults }: RotationState, slot: Slot, { fault, status }: JudgedSlot): RotationEffect[] {
  const before = faults[slot];
  if (fault === undefined) return before === undefined || status === "absent" ? [] : [{ type: "recovered", slot }];
  const isNew = before?.code !== fault.code || before.message !== fault.message;
  return [{ type: "fault", slot, fault, isNew }];
}
