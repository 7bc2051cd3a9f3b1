import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { COMPATIBILITY_DATE } from "../../../src/cli/dev/DevWorker.ts";
import { workerCertificate } from "../../../src/hosts/certificate/workerCertificate.ts";
import { SUBJECT } from "./clientPki.ts";

const HEX = "0123456789abcdef".repeat(4);
/** As Cloudflare fills it. */
const PRESENTED = {
  certPresented: "1",
  certVerified: "SUCCESS",
  certRevoked: "0",
  certIssuerDN: "CN=ca",
  certSubjectDN: "CN=somebody-else",
  certSubjectDNRFC2253: SUBJECT,
  certSerial: "00936EACBE07F201DF",
  certFingerprintSHA1: "6b9109f323999e52259cda7373ff0b4d26bd232e",
  certFingerprintSHA256: HEX,
  certNotBefore: "Dec 22 19:39:00 2018 GMT",
  certNotAfter: "Jan  2 03:04:05 2028 GMT",
  certIssuerDNRFC2253: "CN=ca",
  certIssuerDNLegacy: "/CN=ca",
  certSubjectDNLegacy: "/CN=somebody-else",
  certIssuerSerial: "2489002934BDFEA34",
  certSKI: "BB:AF",
  certIssuerSKI: "BB:AF",
  certRFC9440: ":AAAA:",
  certRFC9440TooLarge: false,
  certChainRFC9440: "",
  certChainRFC9440TooLarge: false,
} as const;
const ACCEPTED = {
  ok: true,
  certificate: {
    fingerprint: HEX,
    subject: SUBJECT,
    notBeforeMs: Date.UTC(2018, 11, 22, 19, 39),
    notAfterMs: Date.UTC(2028, 0, 2, 3, 4, 5),
  },
};
const MALFORMED = { ok: false, reason: "malformed" };
const NOT_VERIFIED = { ok: false, reason: "not-verified" };

function requestWith(cf: unknown): Request {
  return Object.assign(new Request("https://gate.example/c/production/validate"), { cf });
}

it.each<[name: string, change: Readonly<Record<string, unknown>>, result: unknown]>([
  ["as it is", {}, ACCEPTED],
  ["a fingerprint in upper case", { certFingerprintSHA256: HEX.toUpperCase() }, ACCEPTED],
  ["a subject with blanks", { certSubjectDNRFC2253: "CN=kube-apiserver, O=production" }, ACCEPTED],
  ["none presented", { certPresented: "0", certVerified: "NONE" }, undefined],
  ["revoked, and still verified", { certRevoked: "1" }, NOT_VERIFIED],
  ["revocation not known", { certRevoked: undefined }, MALFORMED],
  ["a boolean for the revocation", { certRevoked: false }, MALFORMED],
  ["self-signed", { certVerified: "FAILED:self signed certificate" }, NOT_VERIFIED],
  ["another CA", { certVerified: "FAILED:unable to verify the first certificate" }, NOT_VERIFIED],
  ["expired", { certVerified: "FAILED:certificate has expired" }, { ok: false, reason: "expired" }],
  ["not valid yet", { certVerified: "FAILED:certificate is not yet valid" }, { ok: false, reason: "not-yet-valid" }],
  ["failed", { certVerified: "FAILED" }, NOT_VERIFIED],
  ["not verified", { certVerified: "NONE" }, NOT_VERIFIED],
  ["verified in lower case", { certVerified: "success" }, NOT_VERIFIED],
  ["verified as a boolean", { certVerified: true }, MALFORMED],
  ["presented as a number", { certPresented: 1 }, MALFORMED],
  ["no fingerprint", { certFingerprintSHA256: "" }, MALFORMED],
  ["SHA-1 for SHA-256", { certFingerprintSHA256: PRESENTED.certFingerprintSHA1 }, MALFORMED],
  ["a subject that is none", { certSubjectDNRFC2253: "kube-apiserver" }, MALFORMED],
  ["no subject", { certSubjectDNRFC2253: undefined }, MALFORMED],
  ["no end", { certNotAfter: undefined }, MALFORMED],
  ["an end in ISO 8601", { certNotAfter: "2028-01-02T03:04:05Z" }, MALFORMED],
  ["an end on no day", { certNotAfter: "Feb 30 03:04:05 2028 GMT" }, MALFORMED],
  ["a start in another zone", { certNotBefore: "Dec 22 19:39:00 2018 PST" }, MALFORMED],
])("workerCertificate, %s", (_, change, result) => {
  expect(workerCertificate(requestWith({ tlsClientAuth: { ...PRESENTED, ...change } }))).toEqual(result);
});

it.each<[name: string, cf: unknown, result: unknown]>([
  ["no cf", undefined, undefined],
  ["cf without a certificate", { colo: "FRA" }, undefined],
  ["null", { tlsClientAuth: null }, undefined],
  ["a text", { tlsClientAuth: "SUCCESS" }, MALFORMED],
  ["nothing in it", { tlsClientAuth: {} }, MALFORMED],
])("workerCertificate, %s", (_, cf, result) => {
  expect(workerCertificate(requestWith(cf))).toEqual(result);
});

describe("in workerd", () => {
  let miniflare: Miniflare;
  let url: URL;
  beforeAll(async () => {
    const entry = fileURLToPath(new URL("certificateWorker.ts", import.meta.url));
    const { outputFiles } = await build({ entryPoints: [entry], bundle: true, format: "esm", write: false });
    miniflare = new Miniflare(
      convertV4MiniflareOptions({
        modules: true,
        script: outputFiles[0]?.text ?? "",
        compatibilityDate: COMPATIBILITY_DATE,
        host: "127.0.0.1",
        port: 0,
      }),
    );
    url = await miniflare.ready;
  });
  afterAll(() => miniflare.dispose());

  it("the certificate is in the cf of the request", async () => {
    const answer = await miniflare.dispatchFetch(url, { cf: { tlsClientAuth: PRESENTED } });
    expect(await answer.json()).toEqual(ACCEPTED);
  });

  it.each<[name: string, headers: Readonly<Record<string, string>>]>([
    ["cf", { cf: JSON.stringify({ tlsClientAuth: PRESENTED }) }],
    ["cf-tls-client-auth", { "cf-tls-client-auth": JSON.stringify(PRESENTED) }],
    ["each field", Object.fromEntries(Object.entries(PRESENTED).map(([name, value]) => [`cf-${name}`, String(value)]))],
    ["transform rules", { "cf-client-cert-sha256": HEX, "cf-cert-verified": "true", "cf-cert-subject-dn": SUBJECT }],
    ["Client-Cert", { "client-cert": ":AAAA:", "x-client-cert": "x", "x-forwarded-client-cert": 'Cert="x"' }],
  ])("a caller cannot forge it with headers: %s", async (_, headers) => {
    const answer = await fetch(url, { headers });
    expect(await answer.json()).toBeNull();
  });
});
