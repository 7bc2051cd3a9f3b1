import { describe, expect, it } from "vitest";
import { type RolloutState, readRolloutState, writeRolloutState } from "../../../src/rollout/workload/RolloutState.ts";

const NO_MARKS = { revision: null, serial: null, request: null };
const STATE: RolloutState = {
  certificate: "gate-tls",
  revision: 2,
  serial: "2a",
  request: null,
  phase: "rolling",
  policy: "rolling",
  started: 1_000,
  since: 2_000,
  timeoutMs: 60_000,
  before: { marks: NO_MARKS, staging: null },
  superseded: null,
  canary: null,
  reason: null,
  message: null,
};

describe("RolloutState", () => {
  it("is read from the annotation that was written for it", () => {
    expect(readRolloutState(writeRolloutState(STATE))).toEqual(STATE);
  });

  it("has its stored format in the annotation, with the limit in milliseconds as timeout", () => {
    const { timeoutMs, ...state } = STATE;
    expect(JSON.parse(writeRolloutState(STATE))).toEqual({ ...state, timeout: timeoutMs });
  });

  it.each([
    ["text that is not JSON", "{"],
    ["an object without timeout", JSON.stringify(STATE)],
  ])("cannot be read from %s", (_, text) => {
    expect(() => readRolloutState(text)).toThrow(expect.objectContaining({ code: "unreadable-state" }));
  });

  it("is undefined without an annotation", () => {
    expect(readRolloutState(undefined)).toBeUndefined();
  });
});
