import { expect, it } from "vitest";
import { lambdaCertificate } from "../../../src/hosts/certificate/lambdaCertificate.ts";
import { DAY, NOW } from "../../trust/makeCertificate.ts";
import { CAS, CLIENT, pemOf, SUBJECT } from "./clientPki.ts";

const pem = await pemOf(CLIENT);
/** As API Gateway writes it. Only the PEM counts. */
const clientCert = (clientCertPem: unknown) => ({
  clientCertPem,
  subjectDN: "CN=somebody-else",
  issuerDN: "CN=ca",
  serialNumber: "a1:a1",
  validity: { notBefore: "May 28 12:30:02 2019 GMT", notAfter: "Aug  5 09:36:04 2021 GMT" },
});
const http = (certificate: unknown) => ({
  version: "2.0",
  headers: {},
  requestContext: { authentication: { clientCert: certificate }, http: { method: "POST" } },
});
const rest = (certificate: unknown) => ({
  requestContext: { identity: { sourceIp: "1.2.3.4", clientCert: certificate } },
});
const accepted = {
  ok: true,
  certificate: {
    subject: SUBJECT,
    fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
    notBeforeMs: NOW - 30 * DAY,
    notAfterMs: NOW + 30 * DAY,
  },
};
const malformed = { ok: false, reason: "malformed" };

it.each<[name: string, event: unknown, result: unknown]>([
  ["payload 2.0", http(clientCert(pem)), accepted],
  ["payload 1.0", rest(clientCert(pem)), accepted],
  ["a chain, leaf first", http(clientCert(pem + (await pemOf(CAS.old)))), accepted],
  ["no certificate, payload 2.0", { requestContext: { authentication: null } }, undefined],
  ["no certificate, payload 1.0", rest(null), undefined],
  ["no context", {}, undefined],
  ["no event", undefined, undefined],
  ["only a subject", http({ subjectDN: SUBJECT }), malformed],
  ["wrong PEM", http(clientCert("-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----")), malformed],
  ["escaped line ends", http(clientCert(pem.replaceAll("\n", "\\n"))), malformed],
  ["a list", http(clientCert([pem])), malformed],
  ["a text in place of the certificate", http(pem), malformed],
  [
    "a certificate for servers",
    http(clientCert(await pemOf({ ...CLIENT, extKeyUsage: ["1.3.6.1.5.5.7.3.1"] }))),
    { ok: false, reason: "not-verified" },
  ],
  [
    "headers of a load balancer",
    {
      requestContext: { elb: { targetGroupArn: "arn" } },
      headers: { "x-amzn-mtls-clientcert-leaf": encodeURIComponent(pem), "x-amzn-mtls-clientcert-subject": SUBJECT },
    },
    undefined,
  ],
  [
    "headers that look like a context",
    { headers: { requestContext: JSON.stringify(http(clientCert(pem))) } },
    undefined,
  ],
])("lambdaCertificate of %s", (_, event, result) => {
  expect(lambdaCertificate(event)).toEqual(result);
});
