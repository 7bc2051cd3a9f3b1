import { describe, expect, it, vi } from "vitest";
import { makeKey } from "../../../src/cli/keys/makeKey.ts";
import {
  CapabilityBed,
  callWith,
  claimsFrom,
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
