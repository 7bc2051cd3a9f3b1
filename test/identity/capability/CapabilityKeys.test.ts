import { describe, expect, it, vi } from "vitest";
import { makeKey } from "../../../src/cli/keys/makeKey.ts";
import type { CapabilityKey } from "../../../src/identity/capability/readKeySet.ts";
import {
  CapabilityBed,
  callWith,
  claimsFrom,
  DAY_MS,
  headerOf,
  outcomeOf,
  ServiceAccountIssuer,
  START_MS,
  signed,
} from "./CapabilityBed.ts";

const issuer = await ServiceAccountIssuer.create();
const [first, second, p256] = [
  await makeKey("EdDSA", START_MS),
  await makeKey("EdDSA", START_MS),
  await makeKey("ES256", START_MS),
];
const audience = "https://gate.example.com/token";

describe("keys that cannot be used", () => {
  it("are told in the log once, and those that can be used still are", async () => {
    // No point of the curve: x and y of different points.
    const off = { ...p256, y: (await makeKey("ES256", START_MS)).y };
    const bed = await CapabilityBed.start([first, off]);
    const tier = bed.cluster("production", issuer);
    const bad = await signed(p256, headerOf(p256), claimsFrom());
    for (const _ of [1, 2]) expect(await outcomeOf(tier.identify(callWith(bad)))).toBe("keys-unavailable");
    expect(await outcomeOf(tier.identify(callWith(await signed(first, headerOf(first), claimsFrom()))))).toBe(
      "accepted",
    );
    expect(bed.log.lines).toEqual([
      {
        level: "error",
        message: "a key of POSTERN_CAPABILITY_KEYS cannot be used",
        properties: { kid: p256.kid, fault: "the key cannot be imported" },
      },
    ]);
  });

  it.each([
    ["a private part of another key", { ...first, d: second.d }],
    ["a point that is not on the curve", { ...p256, y: first.x }],
  ])("issue nothing: %s", async (_, key) => {
    const bed = await CapabilityBed.start([key]);
    const tier = bed.cluster("production", issuer);
    for (const _ of [1, 2])
      expect(await tier.issue?.({ authorization: `Bearer ${await issuer.token()}`, audience })).toBe(
        "keys-unavailable",
      );
    const lines = JSON.stringify(bed.log.lines);
    expect(bed.log.lines.length).toBeGreaterThan(0);
    expect(lines).toContain(key.kid);
    for (const secret of [first.d, second.d, p256.d, first.x]) expect(lines).not.toContain(secret);
  });
});

describe("a key that the set says was stopped", () => {
  const MINUTE_MS = 60_000;
  /** When the last rotation was, and the one before. */
  const [rotatedMs, beforeMs] = [START_MS, START_MS - DAY_MS];
  const untilMs = beforeMs + 8 * DAY_MS;
  const signs = { ...first, sinceMs: rotatedMs };
  const stopped = { ...second, d: undefined, sinceMs: beforeMs, untilMs };
  const last = { ...second, d: undefined, sinceMs: rotatedMs, untilMs: rotatedMs + 8 * DAY_MS };
  const older = { ...p256, d: undefined, sinceMs: rotatedMs, untilMs: rotatedMs + 8 * DAY_MS };
  const foreign = { ...second, d: undefined, sinceMs: undefined };
  type Keys = readonly [CapabilityKey, ...CapabilityKey[]];

  it.each<[what: string, keys: Keys, kid: CapabilityKey, issuedMs: number, nowMs: number, expected: string]>([
    ["10 min after its end", [signs, stopped], second, beforeMs + 10 * MINUTE_MS, rotatedMs, "accepted"],
    ["11 min after its end", [signs, stopped], second, beforeMs + 11 * MINUTE_MS, rotatedMs, "unknown-key"],
    ["now", [signs, stopped], second, rotatedMs, rotatedMs, "unknown-key"],
    ["before its end, seen late", [signs, stopped], second, beforeMs - DAY_MS, rotatedMs, "accepted"],
    ["before its end, seen at its until", [signs, stopped], second, beforeMs, untilMs + 9 * MINUTE_MS, "accepted"],
    ["before its end, seen after that", [signs, stopped], second, beforeMs, untilMs + 10 * MINUTE_MS, "unknown-key"],
    ["now, by the last rotation", [signs, last], second, rotatedMs + DAY_MS, rotatedMs + DAY_MS, "accepted"],
    [
      "now, by the one before, at the same second",
      [signs, last, older],
      p256,
      rotatedMs + DAY_MS,
      rotatedMs + DAY_MS,
      "unknown-key",
    ],
    ["now, by the last one of these", [signs, last, older], second, rotatedMs + DAY_MS, rotatedMs + DAY_MS, "accepted"],
    ["now, in a set of another tool", [signs, foreign], second, rotatedMs + DAY_MS, rotatedMs + DAY_MS, "accepted"],
    ["now, while it is next", [signs, { ...second, sinceMs: beforeMs }], second, rotatedMs, rotatedMs, "accepted"],
    [
      "now, by the one that signs",
      [{ ...signs, untilMs }, last],
      first,
      untilMs + DAY_MS,
      untilMs + DAY_MS,
      "accepted",
    ],
  ])("vouches or not for a capability of %s", async (_, keys, key, issuedMs, nowMs, expected) => {
    const bed = await CapabilityBed.start(keys);
    bed.nowMs = nowMs;
    const iat = issuedMs / 1_000;
    const token = await signed(key, headerOf(key), claimsFrom({ iat, exp: iat + 30 * 86_400 }));
    const tier = bed.cluster("production", issuer);
    for (const __ of ["first seen", "known"]) expect(await outcomeOf(tier.identify(callWith(token)))).toBe(expected);
  });

  it("is refused after its end also for a capability that is known", async () => {
    const bed = await CapabilityBed.start([signs, stopped]);
    const tier = bed.cluster("production", issuer);
    const iat = beforeMs / 1_000;
    const call = callWith(await signed(second, headerOf(second), claimsFrom({ iat, exp: iat + 30 * 86_400 })));
    expect(await outcomeOf(tier.identify(call))).toBe("accepted");
    bed.nowMs = untilMs + 10 * MINUTE_MS;
    const result = tier.identify(call);
    expect(result).toEqual({ outcome: "refused", reason: "unknown-key" });
  });
});

it("checks no signature of a capability that would be refused anyway", async () => {
  const bed = await CapabilityBed.start([first]);
  const tier = bed.cluster("production", issuer, { denied: ["BBBBBBBBBBBBBBBB"] });
  const verify = vi.spyOn(crypto.subtle, "verify");
  try {
    const iat = START_MS / 1_000;
    for (const [claims, header, reason] of [
      [{ cluster: "staging" }, {}, "wrong-cluster"],
      [{ jti: "BBBBBBBBBBBBBBBB" }, {}, "denied"],
      [{ iat: iat - 20 * 86_400, exp: iat - 19 * 86_400 }, {}, "expired"],
      [{ iat: iat + 60 }, {}, "not-yet-valid"],
      [{}, { kid: "none" }, "unknown-key"],
      [{}, { alg: "ES256" }, "wrong-algorithm"],
    ] as const) {
      const token = await signed(second, { ...headerOf(first), ...header }, claimsFrom(claims));
      expect(await outcomeOf(tier.identify(callWith(token)))).toBe(reason);
    }
    expect(verify).not.toHaveBeenCalled();
    const forged = await signed(second, headerOf(first), claimsFrom());
    expect(await outcomeOf(tier.identify(callWith(forged)))).toBe("bad-signature");
    expect(verify).toHaveBeenCalledTimes(1);
  } finally {
    verify.mockRestore();
  }
});

it("imports no key before it is needed, and each once", async () => {
  const importKey = vi.spyOn(crypto.subtle, "importKey");
  try {
    const bed = await CapabilityBed.start([first, second, p256]);
    const tier = bed.cluster("production", issuer);
    const token = (jti: string) => signed(first, headerOf(first), claimsFrom({ jti: jti.repeat(16) }));
    const tokens = [await token("A"), await token("B"), await token("C")];
    importKey.mockClear();
    bed.cluster("staging", issuer);
    expect(importKey).not.toHaveBeenCalled();
    for (const it of tokens) await tier.identify(callWith(it));
    expect(importKey).toHaveBeenCalledTimes(1);
  } finally {
    importKey.mockRestore();
  }
});
