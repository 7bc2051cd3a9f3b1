import { describe, expect, it } from "vitest";
import { clientCertificate } from "../../../src/identity/certificate/clientCertificate.ts";
import type { ClientCertificate, IdentityCall, PresentedCertificate } from "../../../src/identity/IdentityTier.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import { memoryLog } from "../../gate/gateCall.ts";

const NOW = Date.UTC(2026, 6, 1, 12);
const HEX = "0123456789abcdef".repeat(4);
const OTHER = "f".repeat(64);
const WITH_COLONS = (HEX.match(/../g) ?? []).join(":").toUpperCase();
const VALID: ClientCertificate = {
  fingerprint: HEX,
  subject: "CN=kube-apiserver,O=production",
  notBeforeMs: NOW - 1_000,
  notAfterMs: NOW + 1_000,
};

function tierOf(settings: JsonObject) {
  const started = clientCertificate().start({
    now: () => NOW,
    log: memoryLog(),
    fetch,
    env: {},
    hasRegistration: () => true,
  });
  return started.forCluster("production", { tier: "client-certificate", ...settings });
}

function callWith(certificate: IdentityCall["certificate"]): IdentityCall {
  return {
    purpose: "validate",
    url: "https://gate.example/c/p/validate",
    token: undefined,
    authorization: null,
    certificate,
    isHostKnown: true,
    isKnownOnly: false,
  };
}

const shown = (certificate: Partial<ClientCertificate> = {}): PresentedCertificate => ({
  ok: true,
  certificate: { ...VALID, ...certificate },
});

describe("clientCertificate", () => {
  const BY_SUBJECT = { subjects: ["CN=kube-apiserver,O=production"] };
  const accepted = { outcome: "accepted", identity: { tier: "client-certificate", subject: VALID.subject } };
  const refusedFor = (reason: string) => ({ outcome: "refused", reason });

  it.each<[name: string, settings: JsonObject, presented: PresentedCertificate | undefined, result: unknown]>([
    ["no certificate", BY_SUBJECT, undefined, { outcome: "absent" }],
    ["what the host refuses", BY_SUBJECT, { ok: false, reason: "not-verified" }, refusedFor("not-verified")],
    ["a pinned subject", BY_SUBJECT, shown(), accepted],
    ["a pinned fingerprint", { fingerprints: [HEX] }, shown(), accepted],
    ["a fingerprint in upper case with colons", { fingerprints: [WITH_COLONS] }, shown(), accepted],
    ["one of two lists", { fingerprints: [OTHER], ...BY_SUBJECT }, shown(), accepted],
    ["a subject with blanks in the settings", { subjects: ["cn=kube-apiserver, o=production"] }, shown(), accepted],
    ["another fingerprint", { fingerprints: [OTHER] }, shown(), refusedFor("not-pinned")],
    ["a fingerprint where only subjects are pinned", { subjects: ["CN=x"] }, shown(), refusedFor("not-pinned")],
    ["another order", BY_SUBJECT, shown({ subject: "O=production,CN=kube-apiserver" }), refusedFor("not-pinned")],
    ["a longer subject", BY_SUBJECT, shown({ subject: `${VALID.subject},C=DE` }), refusedFor("not-pinned")],
    ["another case", BY_SUBJECT, shown({ subject: "CN=Kube-apiserver,O=production" }), refusedFor("not-pinned")],
    ["a look-alike", BY_SUBJECT, shown({ subject: "CN=kub\u0435-apiserver,O=production" }), refusedFor("not-pinned")],
    ["a null byte", BY_SUBJECT, shown({ subject: "CN=kube-apiserver\\00,O=production" }), refusedFor("not-pinned")],
    ["an escaped comma", BY_SUBJECT, shown({ subject: "CN=kube-apiserver\\,O=production" }), refusedFor("not-pinned")],
    ["a multi-valued RDN", BY_SUBJECT, shown({ subject: "CN=kube-apiserver+O=production" }), refusedFor("not-pinned")],
    ["what is no subject", BY_SUBJECT, shown({ subject: "kube-apiserver" }), refusedFor("not-pinned")],
    ["the last millisecond", BY_SUBJECT, shown({ notAfterMs: NOW }), accepted],
    ["a certificate that has expired", BY_SUBJECT, shown({ notAfterMs: NOW - 1 }), refusedFor("expired")],
    ["one that is not valid yet", BY_SUBJECT, shown({ notBeforeMs: NOW + 1 }), refusedFor("not-yet-valid")],
    ["an end that is no number", BY_SUBJECT, shown({ notAfterMs: Number.NaN }), refusedFor("expired")],
    ["a start that is no number", BY_SUBJECT, shown({ notBeforeMs: Number.NaN }), refusedFor("not-yet-valid")],
  ])("judges %s", async (_, settings, presented, result) => {
    const tier = tierOf(settings);
    expect(tier.identify(callWith(() => presented))).toEqual(result);
    await expect(tier.identify(callWith(async () => presented))).resolves.toEqual(result);
  });

  it("refuses when the host fails", async () => {
    const fail = (): never => {
      throw new Error("no connection");
    };
    expect(tierOf(BY_SUBJECT).identify(callWith(fail))).toEqual(refusedFor("not-verified"));
    await expect(tierOf(BY_SUBJECT).identify(callWith(async () => fail()))).resolves.toEqual(
      refusedFor("not-verified"),
    );
  });

  it("shows at most 256 characters of a subject", () => {
    const subject = `CN=${"a".repeat(400)}`;
    const result = tierOf({ fingerprints: [HEX] }).identify(callWith(() => shown({ subject })));
    expect(result).toMatchObject({ identity: { subject: `CN=${"a".repeat(252)}…` } });
  });

  it.each<[settings: JsonObject, path: string, fault: RegExp]>([
    [{}, "", /names no certificate/],
    [{ fingerprints: [], subjects: [] }, "", /names no certificate/],
    [{ fingerprint: HEX }, "fingerprint", /is not a setting/],
    [{ fingerprints: HEX }, "fingerprints", /expected a list/],
    [{ fingerprints: [HEX, "ab:cd"] }, "fingerprints.1", /64 digits/],
    [{ fingerprints: [`${HEX}00`] }, "fingerprints.0", /64 digits/],
    [{ subjects: [7] }, "subjects.0", /expected a string/],
    [{ subjects: [""] }, "subjects.0", /RFC 4514/],
    [{ subjects: ["kube-apiserver"] }, "subjects.0", /RFC 4514/],
    [{ subjects: ["/CN=kube-apiserver"] }, "subjects.0", /RFC 4514/],
    [{ subjects: ["CNN=kube-apiserver"] }, "subjects.0", /"CNN" is not a known attribute/],
    [{ subjects: ["1.2.3.4=a"] }, "subjects.0", /"1.2.3.4" is not a known attribute/],
  ])("refuses the settings %j", (settings, path, fault) => {
    const error = { code: "bad-identity-settings", path, message: expect.stringMatching(fault) };
    expect(() => clientCertificate().check({ tier: "client-certificate", ...settings })).toThrow(
      expect.objectContaining(error),
    );
    expect(() => tierOf(settings)).toThrow(expect.objectContaining(error));
  });
});
