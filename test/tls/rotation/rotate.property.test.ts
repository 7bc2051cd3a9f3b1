import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PairInfo } from "../../../src/tls/pair/PairInfo.ts";
import { SLOTS, type Slot } from "../../../src/tls/pair/Slot.ts";
import type { SlotReading } from "../../../src/tls/pair/SlotReading.ts";
import { isRollBackBetter } from "../../../src/tls/rotation/isRollBackBetter.ts";
import {
  initialRotation,
  isTransient,
  type RotationEffect,
  type RotationEvent,
  type RotationState,
} from "../../../src/tls/rotation/Rotation.ts";
import { rotate } from "../../../src/tls/rotation/rotate.ts";
import type { TlsFault } from "../../../src/tls/TlsError.ts";

const FIRST: PairInfo = { slot: "main", hash: "first", serial: "1", subject: "a", notBefore: 0, notAfter: 1_000 };

const pair = (slot: Slot): fc.Arbitrary<PairInfo> =>
  fc.record({
    slot: fc.constant(slot),
    hash: fc.constantFrom("first", "a", "b", "c"),
    serial: fc.constantFrom("1", "2"),
    subject: fc.constant("a"),
    notBefore: fc.integer({ min: 0, max: 900 }),
    notAfter: fc.integer({ min: 901, max: 3_000 }),
  });
const fault = fc.record({
  code: fc.constantFrom("expired", "key-mismatch"),
  message: fc.constantFrom("x", "y"),
} as const);
const maybe = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(one, { nil: undefined });
const reading = (slot: Slot): fc.Arbitrary<SlotReading> =>
  fc.oneof(
    pair(slot).map((it): SlotReading => ({ pair: it })),
    fault.map((it): SlotReading => ({ fault: it })),
    fc.tuple(pair(slot), fault).map(([it, found]): SlotReading => ({ pair: it, fault: found })),
  );

const time = fc.record({ at: fc.integer({ min: 0, max: 4_000 }), now: fc.integer({ min: 0, max: 4_000 }) });
const outcome = fc.oneof(
  fault,
  fc.record({ code: fc.constantFrom("target-down", "not-written"), message: fc.constantFrom("x", "y") } as const),
);
const happening: fc.Arbitrary<RotationEvent> = fc
  .tuple(
    time,
    fc.oneof(
      fc.record({ type: fc.constant("trigger" as const), cause: fc.constantFrom("poll", "watch", "SIGHUP") }),
      fc.record({ type: fc.constantFrom("take-back", "preloaded", "cleaned-up") }),
      fc.record({ type: fc.constantFrom("swapped", "checked"), fault: maybe(outcome) }),
      fc.record({ type: fc.constant("swapped" as const), fault: outcome, isReloadFailed: fc.boolean() }),
      fc.record({ type: fc.constant("looked" as const), isServed: fc.boolean() }),
      fc.record({ type: fc.constant("rolled-back" as const), fault: maybe(fault), isConfirmed: fc.boolean() }),
      fc
        .tuple(reading("main"), maybe(reading("standby")), fc.boolean(), fc.boolean())
        .map(([main, standby, renewing, allowOlder]) => ({
          type: "verified" as const,
          slots: standby === undefined ? { main } : { main, standby },
          renewing,
          allowOlder,
        })),
    ),
  )
  .map(([when, what]) => ({ ...when, ...what }));

/** Each state with its effects and its event. */
function run(
  events: readonly RotationEvent[],
  first: RotationState,
): { state: RotationState; effects: readonly RotationEffect[]; event: RotationEvent }[] {
  let state = first;
  return events.map((event) => {
    const turn = rotate(state, event);
    state = turn.state;
    return { ...turn, event };
  });
}

const WORK = ["preload", "verify", "swap", "check", "look", "clean-up", "roll-back"] as const;
const isWork = ({ type }: RotationEffect): boolean => WORK.some((it) => it === type);

/** Events as a real executor sends them: each work is answered, with other events in between. */
type Turn = readonly [RotationEvent, RotationEvent, boolean];
const answered: fc.Arbitrary<Turn[]> = fc.array(fc.tuple(happening, happening, fc.boolean()), { maxLength: 60 });

function runAnswered(turns: readonly Turn[], first: RotationState): ReturnType<typeof run> {
  let state = first;
  const steps: ReturnType<typeof run> = [];
  for (const [any, other, answers] of turns) {
    // In `verify`, the generated readings are used when there are any.
    const event = answers && !(state.phase === "verify" && any.type === "verified") ? answerTo(state, other) : any;
    const turn = rotate(state, event);
    state = turn.state;
    steps.push({ ...turn, event });
  }
  return steps;
}

function answerTo({ phase }: RotationState, other: RotationEvent): RotationEvent {
  const { at, now } = other;
  const outcome = "fault" in other ? { fault: other.fault } : {};
  switch (phase) {
    case "steady":
      return { at, now, type: "trigger", cause: "poll" };
    case "preload":
      return { at, now, type: "preloaded" };
    case "swap":
      return { at, now, type: "swapped", ...outcome };
    case "check":
      return { at, now, type: "checked", ...outcome };
    case "look":
      return { at, now, type: "looked", isServed: "fault" in other && other.fault === undefined };
    case "clean-up":
      return { at, now, type: "cleaned-up" };
    case "roll-back":
      return { at, now, type: "rolled-back", isConfirmed: true, ...outcome };
    case "verify":
      return {
        at,
        now,
        type: "verified",
        slots: { main: { pair: { ...FIRST, hash: "a" } } },
        renewing: false,
        allowOlder: true,
      };
  }
}

const OWN = initialRotation(FIRST, 0);
const EXTERNAL = initialRotation(FIRST, 0, false);
describe.each([
  [
    "any events",
    OWN,
    (turns: readonly Turn[], first: RotationState) =>
      run(
        turns.map(([it]) => it),
        first,
      ),
  ],
  ["answering events", OWN, runAnswered],
  ["answering events, for a server outside this process", EXTERNAL, runAnswered],
])("rotate with %s", (_name, first, play) => {
  const holds = (check: (steps: ReturnType<typeof run>) => void): void =>
    fc.assert(
      fc.property(answered, (turns) => check(play(turns, first))),
      { numRuns: 1_500 },
    );

  it("starts at most one piece of work at a time, named like the phase", () =>
    holds((steps) => {
      for (const { state, effects } of steps) {
        const work = effects.filter(isWork);
        expect(work.length).toBeLessThanOrEqual(1);
        if (work.length === 1) expect(effects.at(-1)?.type).toBe(state.phase);
      }
    }));

  it("always awaits the answer of a started work outside the steady phase", () =>
    holds((steps) => {
      let awaited = "steady";
      for (const { state, effects } of steps) {
        awaited = effects.find(isWork)?.type ?? (state.phase === "steady" ? "steady" : awaited);
        expect(state.phase).toBe(awaited);
      }
    }));

  it("swaps in only a valid, different certificate that was not rejected", () =>
    holds((steps) => {
      let before = first;
      for (const { state, effects, event } of steps) {
        const swap = effects.find((it) => it.type === "swap");
        if (swap !== undefined && event.type === "verified") {
          // An unconfirmed certificate may be installed again, regardless of the files.
          const isAgain = !before.isConfirmed && swap.pair.hash === before.serving.hash;
          if (!isAgain) expect(event.slots[swap.pair.slot]?.fault).toBeUndefined();
          if (!isAgain) expect(swap.pair.hash).not.toBe(before.serving.hash);
          expect(state.rejected[swap.pair.slot]?.hash).not.toBe(swap.pair.hash);
        }
        before = state;
      }
    }));

  it("changes the serving certificate only after a passed check, or when the former one is no better", () =>
    holds((steps) => {
      let before = first;
      for (const { state, event } of steps) {
        if (state.serving.hash !== before.serving.hash) {
          const passed = event.type === "checked" && event.fault === undefined;
          const stuck = event.type === "rolled-back" && event.fault !== undefined;
          const noBetter =
            event.type === "checked" &&
            before.candidate !== undefined &&
            !isRollBackBetter(before, before.candidate, event.now);
          expect(passed || stuck || noBetter).toBe(true);
          expect(state.isConfirmed).toBe(passed);
          expect(state.serving).toEqual(before.candidate);
        }
        before = state;
      }
    }));

  it("tries a failed certificate again only after a change in its slot, SIGHUP, or the end of the serving one", () =>
    holds((steps) => {
      const failed = new Map<Slot, string>();
      let before = first;
      for (const { state, event, effects } of steps) {
        if (event.type === "trigger" && event.cause === "SIGHUP") failed.clear();
        if (event.type === "verified" && event.now > before.serving.notAfter) failed.clear();
        if (event.type === "verified")
          for (const slot of SLOTS) {
            const hash = event.slots[slot]?.pair?.hash;
            if (hash !== undefined && hash !== failed.get(slot)) failed.delete(slot);
          }
        const swap = effects.find((it) => it.type === "swap");
        if (swap !== undefined && event.type === "verified")
          expect(failed.get(swap.pair.slot)).not.toBe(swap.pair.hash);
        const isFailure =
          (event.type === "swapped" && event.fault !== undefined && !isTransient(event.fault)) ||
          (event.type === "checked" && event.fault !== undefined);
        if (
          isFailure &&
          before.candidate !== undefined &&
          before.phase === (event.type === "swapped" ? "swap" : "check") &&
          before.cause !== "SIGUSR2"
        )
          failed.set(before.candidate.slot, before.candidate.hash);
        // A queued SIGHUP takes effect after the failure.
        if (state.cause === "SIGHUP" && state.phase === "preload") failed.clear();
        before = state;
      }
    }));

  it("reports each fault each time, and marks only a changed fault as new", () =>
    holds((steps) => {
      const said = new Map<Slot, string>();
      for (const { state, effects } of steps)
        for (const effect of effects) {
          if (effect.type === "recovered") said.delete(effect.slot);
          // A failed swap is reported by the `rotated` effect.
          if (effect.type === "rotated")
            for (const slot of SLOTS) textOf(state.faults[slot], (text) => said.set(slot, text));
          if (effect.type !== "fault") continue;
          const text = `${effect.fault.code} ${effect.fault.message}`;
          expect(effect.isNew).toBe(said.get(effect.slot) !== text);
          said.set(effect.slot, text);
        }
    }));

  it("gives the duration of every ended phase", () =>
    holds((steps) => {
      for (const { effects } of steps)
        for (const effect of effects) if (effect.type === "phase-ended") expect(effect.durationMs).toBeTypeOf("number");
    }));
});

describe("rotate for a server outside this process", () => {
  const time = { at: 1, now: 500 };
  const readings = { slots: { main: { pair: FIRST } }, renewing: false, allowOlder: false };
  const turns = (state: RotationState, ...events: RotationEvent[]): { state: RotationState; effects: string[] } => {
    const effects: string[] = [];
    for (const event of events) {
      const turn = rotate(state, event);
      state = turn.state;
      effects.push(
        ...turn.effects.flatMap((it) => {
          if (it.type === "rotated") return [`rotated ${it.result}`];
          if (it.type === "fault") return [`fault ${it.fault.code} ${it.isNew ? "new" : "known"}`];
          return it.type === "phase-ended" ? [] : [it.type];
        }),
      );
    }
    return { state, effects };
  };
  const read: RotationEvent[] = [
    { ...time, type: "trigger", cause: "poll" },
    { ...time, type: "preloaded" },
    { ...time, type: "verified", ...readings },
  ];
  const down: RotationEvent = { ...time, type: "swapped", fault: { code: "target-down", message: "x" } };
  const READ = ["preload", "verify", "swap"];

  it("installs and confirms the assumed certificate once, and then does nothing", () => {
    const { state, effects } = turns(
      EXTERNAL,
      ...read,
      { ...time, type: "swapped" },
      { ...time, type: "checked" },
      { ...time, type: "cleaned-up" },
    );
    expect(effects).toEqual([...READ, "check", "rotated confirmed", "clean-up"]);
    expect(state).toMatchObject({ isConfirmed: true, serving: FIRST, previous: undefined, faults: {}, rejected: {} });
    expect(turns(state, ...read).effects).toEqual(["preload", "verify"]);
  });

  it("tries again at each read while the server is down, reports it once, and recovers", () => {
    const { state, effects } = turns(EXTERNAL, ...read, down, ...read, down, ...read);
    expect(effects).toEqual([...READ, "fault target-down new", ...READ, "fault target-down known", ...READ]);
    const end = turns(
      state,
      { ...time, type: "swapped" },
      { ...time, type: "checked" },
      { ...time, type: "cleaned-up" },
    );
    expect(end.effects).toEqual(["check", "recovered", "rotated confirmed", "clean-up"]);
    expect(end.state).toMatchObject({ isConfirmed: true, faults: {}, rejected: {} });
  });

  it("reports once that the server serves another certificate, without a roll-back", () => {
    const fault: TlsFault = { code: "handshake-failed", message: "x" };
    const { state, effects } = turns(
      EXTERNAL,
      ...read,
      { ...time, type: "swapped" },
      { ...time, type: "checked", fault },
      ...read,
    );
    expect(effects).toEqual([
      ...READ,
      "check",
      "rotated not-confirmed",
      "preload",
      "verify",
      "fault handshake-failed known",
      "look",
    ]);
    expect(state).toMatchObject({ isConfirmed: false, phase: "look" });
    const looked = turns(state, { ...time, type: "looked", isServed: false });
    expect(looked).toMatchObject({ effects: [], state: { isConfirmed: false, phase: "steady" } });
    const served = turns(state, { ...time, type: "looked", isServed: true });
    expect(served).toMatchObject({
      effects: ["recovered", "rotated confirmed"],
      state: { isConfirmed: true, faults: {} },
    });
    const again = turns(looked.state, { ...time, type: "trigger", cause: "SIGHUP" }, ...read.slice(1));
    expect(again.effects.at(-1)).toBe("swap");
  });

  it("installs the previous certificate again when a roll-back was not confirmed", () => {
    const other = { ...FIRST, hash: "a", serial: "2" };
    const fault: TlsFault = { code: "handshake-failed", message: "x" };
    const slots = { main: { pair: other } };
    const { state, effects } = turns(
      OWN,
      ...read.slice(0, 2),
      { ...time, type: "verified", ...readings, slots },
      { ...time, type: "swapped" },
      { ...time, type: "checked", fault },
      { ...time, type: "rolled-back", isConfirmed: false },
      ...read.slice(0, 2),
      { ...time, type: "verified", ...readings, slots },
    );
    expect(effects).toEqual([
      ...READ,
      "check",
      "roll-back",
      "rotated rolled-back",
      "preload",
      "verify",
      "fault handshake-failed known",
      "swap",
    ]);
    expect(state.candidate).toEqual(FIRST);
  });
});

it("rotate ignores an event that the phase does not await", () => {
  const state = initialRotation(FIRST, 0);
  for (const type of ["preloaded", "swapped", "checked", "looked", "cleaned-up", "rolled-back"] as const)
    expect(rotate(state, { type, at: 1, now: 1, isConfirmed: true, isServed: true })).toEqual({ state, effects: [] });
});

function textOf(fault: TlsFault | undefined, use: (text: string) => void): void {
  if (fault !== undefined) use(`${fault.code} ${fault.message}`);
}
