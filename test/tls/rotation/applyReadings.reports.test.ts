import { describe, expect, it } from "vitest";
import type { Slot } from "../../../src/tls/pair/Slot.ts";
import type { RotationState } from "../../../src/tls/rotation/Rotation.ts";
import type { TlsFault } from "../../../src/tls/TlsError.ts";
import {
  apply,
  DOWN,
  EXPIRED,
  FAILED,
  MISMATCH,
  NEW,
  OLDER,
  PINNED,
  pair,
  type ReadingsCase,
  rejected,
  SERVING,
  STANDBY,
} from "./ReadingsBed.ts";

describe("applyReadings reports", () => {
  const fault = (found: TlsFault, isNew: boolean, slot: Slot = "main") => ({
    type: "fault",
    slot,
    fault: found,
    isNew,
  });
  const recovered = (slot: Slot) => ({ type: "recovered", slot });
  const known: ReadingsCase = { main: { fault: MISMATCH }, state: { faults: { main: MISMATCH } } };

  it.each<[what: string, when: string, given: ReadingsCase, reports: readonly object[], isQuiet: boolean]>([
    ["nothing", "nothing changed", {}, [], true],
    ["nothing", "a new certificate has no fault", { main: { pair: NEW } }, [], false],
    ["a new fault", "a slot has its first fault", { main: { fault: MISMATCH } }, [fault(MISMATCH, true)], false],
    ["a known fault", "a slot has the same fault as before", known, [fault(MISMATCH, false)], true],
    [
      "a new fault",
      "the message of a fault changed",
      { ...known, main: { fault: { ...MISMATCH, message: "x" } } },
      [fault({ ...MISMATCH, message: "x" }, true)],
      false,
    ],
    [
      "a new fault",
      "the code of a fault changed",
      { ...known, main: { fault: { ...MISMATCH, code: "empty" } } },
      [fault({ ...MISMATCH, code: "empty" }, true)],
      false,
    ],
    ["a recovery", "a fault is gone", { state: { faults: { main: MISMATCH } } }, [recovered("main")], false],
    [
      "nothing",
      "a standby with a fault is not configured any more",
      { state: { faults: { standby: MISMATCH } } },
      [],
      true,
    ],
    [
      "both faults",
      "both slots have one",
      { main: { fault: MISMATCH }, standby: { fault: DOWN } },
      [fault(MISMATCH, true), fault(DOWN, true, "standby")],
      false,
    ],
    [
      "the fault of the failed check",
      "a slot still has the certificate that failed",
      { main: { pair: NEW }, state: rejected("main", "new") },
      [fault(FAILED, true)],
      false,
    ],
    [
      "no recovery and no change",
      "an unreachable server is tried again",
      { main: { pair: NEW }, state: { faults: { main: DOWN } } },
      [],
      true,
    ],
  ])("%s when %s", (_what, _when, given, reports, isQuiet) => {
    const { effects } = apply(given);
    const isReport = ({ type }: { type: string }): boolean => type === "fault" || type === "recovered";
    expect(effects.filter(isReport)).toEqual(reports);
    expect(effects.filter(({ type }) => type === "phase-ended")).toMatchObject([{ isQuiet }, { isQuiet }]);
  });

  it("the durations of preload and verify first, and the swap last", () => {
    const { effects } = apply({ main: { pair: NEW }, standby: { fault: MISMATCH }, state: { cause: "poll" } });
    const ended = { type: "phase-ended", cause: "poll", isQuiet: false };
    expect(effects).toEqual([
      { ...ended, phase: "preload", durationMs: 7, fault: undefined },
      { ...ended, phase: "verify", durationMs: 40, fault: MISMATCH },
      fault(MISMATCH, true, "standby"),
      { type: "swap", pair: NEW },
    ]);
  });

  it("an older certificate with both serials and the variable that allows it", () => {
    const { effects } = apply({ main: { pair: pair("old", OLDER) } });
    const { message } = effects.find((effect) => effect.type === "fault")?.fault ?? {};
    expect(message).toMatch(
      /^serial old is older than .* serving: .* 2025-12-29T22:59:59.999Z, more than 48 h earlier; .*POSTERN_TLS_ALLOW_OLDER=1/,
    );
  });
});

it.each<[what: string, given: ReadingsCase, expected: Partial<RotationState>]>([
  ["the candidate of a swap", { main: { pair: NEW } }, { phase: "swap", since: 100, candidate: NEW, serving: SERVING }],
  ["no candidate without a swap", {}, { phase: "steady", since: 100, candidate: undefined }],
  [
    "the last hash of each slot, also of one that cannot be read now",
    { main: { pair: NEW }, standby: { fault: MISMATCH }, state: { seen: { main: "serving", standby: "standby" } } },
    { seen: { main: "new", standby: "standby" } },
  ],
  ["the fault of each slot", { main: { fault: MISMATCH }, standby: { pair: STANDBY } }, { faults: { main: MISMATCH } }],
  [
    "the fault of an unreachable server until it is reached",
    { main: { pair: NEW }, state: { faults: { main: DOWN } } },
    { faults: { main: DOWN } },
  ],
  [
    "no failed certificate that its slot does not hold any more",
    { main: { pair: NEW }, state: rejected("main", "failed") },
    { rejected: {} },
  ],
  [
    "a failed certificate while its slot cannot be read",
    { main: { fault: MISMATCH }, state: rejected("main", "failed") },
    rejected("main", "failed"),
  ],
  [
    "no failed certificate and no pin after the serving one has expired",
    { serving: EXPIRED, state: { ...PINNED, ...rejected("standby", "x") } },
    { rejected: {}, pinned: undefined },
  ],
])("applyReadings remembers %s", (_, given, expected) => {
  const { state } = apply(given);
  expect(state).toMatchObject(expected);
  for (const key of ["faults", "rejected", "seen"] as const)
    if (expected[key] !== undefined) expect(state[key]).toEqual(expected[key]);
});
