import { describe, expect, it } from "vitest";
import { isSampled } from "../../../src/records/decision/isSampled.ts";

const UIDS = Array.from({ length: 20_000 }, (_, index) => {
  const hex = Math.imul(index + 1, 0x9e3779b1) >>> 0;
  return `${hex.toString(16).padStart(8, "0")}-0000-4000-8000-${index.toString(16).padStart(12, "0")}`;
});

describe("isSampled", () => {
  it.each([0, 0.01, 0.1, 0.5, 1])("takes the part %s of all uids", (rate) => {
    const taken = UIDS.filter((uid) => isSampled(uid, rate)).length / UIDS.length;
    expect(Math.abs(taken - rate)).toBeLessThanOrEqual(0.2 * rate);
  });

  it("takes every uid again, and at each higher rate", () => {
    const low = UIDS.filter((uid) => isSampled(uid, 0.01));
    expect(low.length).toBeGreaterThan(0);
    expect(low.every((uid) => isSampled(uid, 0.01) && isSampled(uid, 0.02))).toBe(true);
  });
});
