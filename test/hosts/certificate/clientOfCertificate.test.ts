import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { clientOfCertificate } from "../../../src/hosts/certificate/clientOfCertificate.ts";
import { normalSubject } from "../../../src/identity/certificate/parseSubject.ts";
import { parseCertificate } from "../../../src/trust/x509/parseCertificate.ts";
import { makeCertificate } from "../../trust/makeCertificate.ts";
import { CLIENT } from "./clientPki.ts";

/** OpenSSL writes RFC 2253, as Cloudflare does. Blanks before an attribute are not part of it. */
function opensslSubject(der: Uint8Array): string {
  const args = ["x509", "-inform", "DER", "-noout", "-subject", "-nameopt", "RFC2253"];
  return spawnSync("openssl", args, { input: der, encoding: "utf8" })
    .stdout.replace(/^subject=/, "")
    .replace(/\n$/, "");
}

const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;

const SUBJECTS: readonly (readonly [subject: string, text: string])[] = [
  ["O=production, CN=kube-apiserver", "CN=kube-apiserver,O=production"],
  ["C=US, O=Cloudflare\\, Inc., CN=x", "CN=x,O=Cloudflare\\, Inc.,C=US"],
  ["DC=org, DC=example, CN=M\u00fcnchen", "CN=M\u00fcnchen,DC=example,DC=org"],
  ["O=p, OU=y+CN=x", "CN=x+OU=y,O=p"],
  ["O=p, 1.2.3.4=#0c0161, CN=x", "CN=x,1.2.3.4=#0c0161,O=p"],
  [
    "1.2.840.113549.1.9.1=#160161, 2.5.4.5=#130131, 2.5.4.9=#0c0173, CN=x",
    "CN=x,STREET=s,serialNumber=1,emailAddress=a",
  ],
  ["2.5.4.4=#0c0161, 2.5.4.42=#0c0162, 2.5.4.12=#0c0163, CN=x", "CN=x,title=c,GN=b,SN=a"],
  ["CN=#0c0161", "CN=a"],
  ["CN=#1e0400610062", "CN=ab"],
  ["CN=#0c036b0061", "CN=k\\00a"],
  ["CN=#0c0420612023", "CN=\\ a #"],
  ["CN=#0c0323612c", "CN=\\#a\\,"],
  ["CN=#0c0761e280ae0a2220", 'CN=a\\e2\\80\\ae\\0a\\"\\ '],
];

describe.each(SUBJECTS)("clientOfCertificate of a certificate of %j", (subject, text) => {
  it("writes the subject in the normal form", async () => {
    const read = clientOfCertificate(parseCertificate(await makeCertificate({ ...CLIENT, subject }))).subject;
    expect(read).toBe(text);
    expect(normalSubject(read)).toBe(text);
  });

  it.skipIf(!hasOpenssl && process.env.CI === undefined)("agrees with OpenSSL", async () => {
    expect(normalSubject(opensslSubject(await makeCertificate({ ...CLIENT, subject })))).toBe(text);
  });
});
