import { expect, it } from "vitest";
import { allowsClientAuth } from "../../../src/trust/verify/allowsClientAuth.ts";
import { parseCertificate } from "../../../src/trust/x509/parseCertificate.ts";
import { type CertificateSpec, KEY_USE, makeCertificate } from "../makeCertificate.ts";

const [SERVER, CLIENT, ANY] = ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2", "2.5.29.37.0"];

it.each<[spec: Partial<CertificateSpec>, asLeaf: boolean, asIssuer: boolean]>([
  [{}, false, true],
  [{ extKeyUsage: [CLIENT] }, true, true],
  [{ extKeyUsage: [SERVER, CLIENT] }, true, true],
  [{ extKeyUsage: [ANY] }, true, true],
  [{ extKeyUsage: [SERVER] }, false, false],
  [{ extKeyUsage: [CLIENT], keyUsage: KEY_USE.digitalSignature }, true, true],
  [{ extKeyUsage: [CLIENT], keyUsage: KEY_USE.certSign }, false, true],
])("allowsClientAuth of %j as a leaf: %j, above a leaf: %j", async (spec, asLeaf, asIssuer) => {
  const certificate = parseCertificate(await makeCertificate({ subject: "CN=a", key: "p256", ...spec }));
  expect([allowsClientAuth(certificate, true), allowsClientAuth(certificate, false)]).toEqual([asLeaf, asIssuer]);
});
