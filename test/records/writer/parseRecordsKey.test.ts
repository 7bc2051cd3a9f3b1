import { describe, expect, it } from "vitest";
import { parseKeepDays } from "../../../src/records/writer/parseKeepDays.ts";
import { parseRecordsKey } from "../../../src/records/writer/parseRecordsKey.ts";

const SECRET = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA";

describe("parseRecordsKey", () => {
  it.each([
    ["no key", undefined],
    ["an empty key", ""],
    ["a text", SECRET],
    ["a list", `["${SECRET}"]`],
    ["a public key", `{"kty":"OKP","crv":"Ed25519","x":"${SECRET}"}`],
    ["another kind of key", `{"kty":"EC","crv":"P-256","x":"${SECRET}","d":"${SECRET}"}`],
  ])("refuses %s, and does not repeat it", (_, json) => {
    const refusal = expect(() => parseRecordsKey(json));
    refusal.toThrow(expect.objectContaining({ code: "wrong-setting" }));
    refusal.not.toThrow(new RegExp(SECRET));
  });

  it("takes a private Ed25519 JWK", () => {
    expect(() => parseRecordsKey(`{"kty":"OKP","crv":"Ed25519","x":"${SECRET}","d":"${SECRET}"}`)).not.toThrow();
  });
});

describe("parseKeepDays", () => {
  it.each([
    [undefined, undefined],
    ["", undefined],
    ["1", 86_400_000],
    ["36500", 3_153_600_000_000],
  ])("reads %s as %s ms", (text, ms) => {
    expect(parseKeepDays(text)).toBe(ms);
  });

  it.each(["0", "-1", "1.5", "a", "36501", "1e3", " 1"])("refuses %s", (text) => {
    expect(() => parseKeepDays(text)).toThrow(expect.objectContaining({ code: "wrong-setting" }));
  });
});
