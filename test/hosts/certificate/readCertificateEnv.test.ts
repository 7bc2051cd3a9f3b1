import { expect, it } from "vitest";
import { type CertificateEnv, readCertificateEnv } from "../../../src/hosts/certificate/readCertificateEnv.ts";

const ALL: CertificateEnv = {
  POSTERN_CLIENT_CA_FILE: "/etc/clients/ca.crt",
  POSTERN_TRUSTED_PROXIES: "10.0.0.0/8",
  POSTERN_CLIENT_CERT_HEADER: "Client-Cert",
};

it("readCertificateEnv reads all variables, and nothing from empty ones", () => {
  const { caFile, header, proxies } = readCertificateEnv(ALL, false);
  expect([caFile, header, proxies?.has("10.1.2.3")]).toEqual(["/etc/clients/ca.crt", "client-cert", true]);
  const none = { caFile: undefined, header: undefined, proxies: undefined };
  expect(readCertificateEnv({}, false)).toEqual(none);
  const empty = { POSTERN_CLIENT_CA_FILE: "", POSTERN_TRUSTED_PROXIES: " ", POSTERN_CLIENT_CERT_HEADER: "" };
  expect(readCertificateEnv(empty, true)).toEqual(none);
  expect(readCertificateEnv({ POSTERN_CLIENT_CA_FILE: "ca.crt" }, true).caFile).toBe("ca.crt");
  expect(readCertificateEnv({ POSTERN_TRUSTED_PROXIES: "::1" }, false).proxies?.has("::1")).toBe(true);
});

it.each<[change: CertificateEnv, message: string]>([
  [{ POSTERN_CLIENT_CA_FILE: undefined }, "POSTERN_CLIENT_CERT_HEADER needs POSTERN_CLIENT_CA_FILE"],
  [{ POSTERN_TRUSTED_PROXIES: undefined }, "POSTERN_CLIENT_CERT_HEADER needs POSTERN_TRUSTED_PROXIES"],
  [{ POSTERN_TRUSTED_PROXIES: "10.0.0.0/8,proxy" }, 'POSTERN_TRUSTED_PROXIES has "proxy"'],
  [{ POSTERN_TRUSTED_PROXIES: "0.0.0.0/0" }, 'POSTERN_TRUSTED_PROXIES has "0.0.0.0/0"'],
  [{ POSTERN_CLIENT_CERT_HEADER: "Client Cert" }, "POSTERN_CLIENT_CERT_HEADER is not the name"],
  [{ POSTERN_CLIENT_CERT_HEADER: "Authorization" }, "POSTERN_CLIENT_CERT_HEADER is not the name"],
  [{ POSTERN_CLIENT_CERT_HEADER: undefined }, "POSTERN_CLIENT_CA_FILE is not used without TLS"],
])("readCertificateEnv refuses %j", (change, message) => {
  expect(() => readCertificateEnv({ ...ALL, ...change }, false)).toThrow(message);
});
