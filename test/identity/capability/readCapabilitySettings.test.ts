import { describe, expect, it } from "vitest";
import { capability } from "../../../src/identity/capability/capability.ts";
import { readCapabilitySettings } from "../../../src/identity/capability/readCapabilitySettings.ts";
import { ISSUER, SYNC } from "./CapabilityBed.ts";

const BASE = { tier: "capability", issuer: ISSUER };

describe("readCapabilitySettings", () => {
  it("has the documented defaults", () => {
    expect(readCapabilitySettings(BASE)).toMatchObject({
      subject: SYNC,
      lifeMs: 86_400_000,
      graceMs: 7 * 86_400_000,
      denied: new Set(),
      notBeforeMs: undefined,
    });
  });

  it.each<[settings: object, expected: object]>([
    [
      { life: "15m", grace: "0s" },
      { lifeMs: 900_000, graceMs: 0 },
    ],
    [
      { life: "30d", grace: "90d" },
      { lifeMs: 30 * 86_400_000, graceMs: 90 * 86_400_000 },
    ],
    [{ subject: "system:serviceaccount:a:b" }, { subject: "system:serviceaccount:a:b" }],
    [{ denied: ["AAAAAAAAAAAAAAAA"] }, { denied: new Set(["AAAAAAAAAAAAAAAA"]) }],
    [{ notBefore: "2026-11-30" }, { notBeforeMs: Date.UTC(2026, 10, 30) }],
    [{ notBefore: "2026-11-30T12:00Z" }, { notBeforeMs: Date.UTC(2026, 10, 30, 12) }],
    [{ notBefore: "2026-11-30T12:00:01.5Z" }, { notBeforeMs: Date.UTC(2026, 10, 30, 12, 0, 1, 500) }],
  ])("reads %j", (settings, expected) => {
    expect(readCapabilitySettings({ ...BASE, ...settings })).toMatchObject(expected);
  });

  const token = `${"A".repeat(90)}.${"B".repeat(90)}.${"C".repeat(86)}`;
  it.each<[settings: object, path: string, fault: RegExp]>([
    [{ issuer: undefined }, "issuer", /^is missing/],
    [{ lfie: "24h" }, "lfie", /^is not a setting of the tier capability$/],
    [{ subjects: [SYNC] }, "subjects", /^is not a setting/],
    [{ subject: "" }, "subject", /^: expected a text$/],
    [{ subject: [SYNC] }, "subject", /^: expected a text$/],
    [{ subject: "system:serviceaccount:*" }, "subject", /^names one ServiceAccount/],
    [{ life: "14m" }, "life", /^: expected a duration from 15m to 30d/],
    [{ life: "31d" }, "life", /^: expected a duration from 15m to 30d/],
    [{ life: 3600 }, "life", /^: expected a duration/],
    [{ life: "1 day" }, "life", /^: expected a duration/],
    [{ life: "899999ms" }, "life", /^: expected a duration/],
    [{ grace: "91d" }, "grace", /^: expected a duration from 0s to 90d/],
    [{ grace: "-1s" }, "grace", /^: expected a duration/],
    [{ denied: "AAAAAAAAAAAAAAAA" }, "denied", /^: expected a list of jti$/],
    [{ denied: ["AAAAAAAAAAAAAAAA", token] }, "denied.1", /^: expected the jti of a capability/],
    [{ denied: [undefined] }, "denied.0", /^: expected the jti of a capability/],
    [{ notBefore: "2026-02-30T00:00:00Z" }, "notBefore", /^: expected a time in UTC/],
    [{ notBefore: "2026-11-30T00:00:00+01:00" }, "notBefore", /^: expected a time in UTC/],
    [{ notBefore: "2026-11-30T00:00:00" }, "notBefore", /^: expected a time in UTC/],
    [{ notBefore: "yesterday" }, "notBefore", /^: expected a time in UTC/],
    [{ notBefore: 0 }, "notBefore", /^: expected a time in UTC/],
  ])("refuses %j", (settings, path, fault) => {
    const all = { ...BASE, ...settings };
    for (const read of [() => readCapabilitySettings(all), () => capability().check(all)])
      expect(read).toThrow(
        expect.objectContaining({ code: "bad-identity-settings", path, message: expect.stringMatching(fault) }),
      );
    expect(() => readCapabilitySettings(all)).not.toThrow(token);
  });
});
