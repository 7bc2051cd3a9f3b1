import { describe, expect, it } from "vitest";
import { capabilityTimes, renewalTime } from "../../../src/sync/capability/capabilityTimes.ts";
import { madeToken } from "./madeCapability.ts";

const NOW = 1_800_000_000_000;
const S = NOW / 1_000;

describe("capabilityTimes", () => {
  it.each([
    ["a day", { iat: S, exp: S + 86_400 }],
    ["thirty days", { iat: S, exp: S + 30 * 86_400 }],
    ["an hour that has ended", { iat: S - 7_200, exp: S - 3_600 }],
    ["a clock five minutes ahead", { iat: S + 300, exp: S + 3_600 }],
  ])("reads %s", (_, claims) => {
    expect(capabilityTimes(madeToken(claims), NOW)).toEqual({
      issuedMs: claims.iat * 1_000,
      expiresMs: claims.exp * 1_000,
    });
  });

  it.each([
    ["no JWS", "token"],
    ["two parts", "a.b"],
    ["four parts", `${madeToken({ iat: S, exp: S + 1 })}.x`],
    ["a payload that is no JSON", "a.bm8.c"],
    ["a payload that is a list", "a.W10.c"],
    ["no exp", madeToken({ iat: S })],
    ["a text as iat", madeToken({ iat: String(S), exp: S + 1 })],
    ["a fraction", madeToken({ iat: S + 0.5, exp: S + 1 })],
    ["an end before the start", madeToken({ iat: S, exp: S })],
    ["more than thirty days", madeToken({ iat: S, exp: S + 30 * 86_400 + 1 })],
    ["a start in the future", madeToken({ iat: S + 301, exp: S + 3_600 })],
    ["a negative start", madeToken({ iat: -1, exp: 1 })],
  ])("reads nothing of %s", (_, token) => {
    expect(capabilityTimes(token, NOW)).toBeUndefined();
  });
});

describe("renewalTime", () => {
  const DAY_MS = 86_400_000;
  const times = { issuedMs: NOW, expiresMs: NOW + DAY_MS };
  const of = (cluster: string): number => (renewalTime(times, { gate: "g", cluster }) - NOW) / DAY_MS;

  it("is between half and five eighths of the life, at the same time for one cluster", () => {
    for (const cluster of ["a", "b", "c"]) {
      expect(of(cluster)).toBeGreaterThanOrEqual(1 / 2);
      expect(of(cluster)).toBeLessThan(5 / 8);
      expect(of(cluster)).toBe(of(cluster));
    }
  });

  it("spreads 3,000 clusters: none of sixty equal parts of the time has more than 90", () => {
    const shares = Array.from({ length: 3_000 }, (_, index) => Math.floor((of(`c${index}`) - 1 / 2) * 8 * 60));
    const counts = Map.groupBy(shares, (share) => share);
    expect(counts.size).toBe(60);
    expect(Math.max(...[...counts.values()].map((all) => all.length))).toBeLessThanOrEqual(90);
  });
});
