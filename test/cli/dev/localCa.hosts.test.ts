import "reflect-metadata";
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import * as x509 from "@peculiar/x509";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { localCa } from "../../../src/cli/dev/localCa.ts";
import { parseBundle } from "../../../src/trust/bundle.ts";
import { verifyChain } from "../../../src/trust/verify/verifyChain.ts";
import { InputFolder } from "../InputFolder.ts";

const DAY = 86_400_000;
const NOW = Date.now();

let folder: InputFolder;
let path: string;
beforeEach(() => {
  folder = new InputFolder();
  path = `${folder.path}/sub/.postern`;
});
afterEach(() => folder.remove());

const read = (name: string): string => readFileSync(`${path}/${name}`, "utf8");
const at = (days: number, hosts: readonly string[] = []) => localCa(path, hosts, () => NOW + days * DAY);

/** Whether an API server accepts the pair at a host. */
const accepts = ({ cert, ca }: { cert: string; ca: string }, host: string): boolean =>
  verifyChain({
    served: parseBundle(cert, "the pair"),
    anchors: parseBundle(ca, "the CA"),
    host,
    now: NOW,
  }).ok;

describe("with hosts, localCa", () => {
  it.each<[what: string, hosts: string[], refused: string]>([
    ["an IPv4 address", ["172.18.0.1"], "172.18.0.2"],
    ["an IPv6 address", ["fc00:f853:ccd:e793::1"], "fc00:f853:ccd:e793::2"],
    ["a name", ["host.docker.internal"], "host.minikube.internal"],
    ["an address of loopback", ["127.0.0.2"], "127.0.0.3"],
    ["several", ["gate.example", "10.0.0.1"], "10.0.0.2"],
  ])("signs for localhost and for %s", async (_what, hosts, refused) => {
    const pair = await at(0, hosts);
    for (const host of ["localhost", "127.0.0.1", "::1", ...hosts])
      expect([host, accepts(pair, host)]).toEqual([host, true]);
    expect(accepts(pair, refused)).toBe(false);
    expect(await at(1, hosts)).toEqual({ ...pair, isNew: false });
  });

  it("issues both again for other hosts, with the key of the CA", async () => {
    const first = await at(0);
    const key = read("ca-key.pem");
    const second = await at(0, ["172.18.0.1"]);
    expect(accepts(second, "172.18.0.1")).toBe(true);
    const third = await at(0, ["host.docker.internal"]);
    expect([accepts(third, "host.docker.internal"), accepts(third, "172.18.0.1")]).toEqual([true, false]);
    const fourth = await at(0);
    expect([accepts(fourth, "localhost"), accepts(fourth, "host.docker.internal")]).toEqual([true, false]);
    // A client that trusts the first CA still accepts localhost.
    expect(accepts({ ca: first.ca, cert: fourth.cert }, "localhost")).toBe(true);
    expect(fourth.ca).toBe(third.ca);
    expect([first, second, third, fourth].map(({ isReissued }) => isReissued)).toEqual([false, true, true, false]);
    expect(read("ca-key.pem")).toBe(key);
    const [before, after] = [first, fourth].map(({ ca }) => new X509Certificate(ca));
    const keyOf = (it?: X509Certificate): unknown => it?.publicKey.export({ type: "spki", format: "pem" });
    expect(keyOf(after)).toBe(keyOf(before));
    expect([after?.subject, after?.validFrom, after?.validTo]).toEqual([
      before?.subject,
      before?.validFrom,
      before?.validTo,
    ]);
  });

  it("limits a CA that was not limited to hosts, and keeps its key", async () => {
    const before = await unlimitedCa();
    const after = await at(0);
    expect(accepts(after, "localhost")).toBe(true);
    expect(accepts({ ca: before, cert: after.cert }, "localhost")).toBe(true);
    expect(after.ca).not.toBe(before);
    expect([after.isNew, read("ca.pem")]).toEqual([false, `${after.ca}\n`]);
  });
});

/** Writes a CA without name constraints, as earlier versions created it. */
async function unlimitedCa(): Promise<string> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: "CN=postern dev 2026-01-01",
    keys,
    signingAlgorithm: algorithm,
    notBefore: new Date(NOW - DAY),
    notAfter: new Date(NOW + 3000 * DAY),
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const key = x509.PemConverter.encode(await crypto.subtle.exportKey("pkcs8", keys.privateKey), "PRIVATE KEY");
  folder.write("sub/.postern/ca-key.pem", key);
  folder.write("sub/.postern/ca.pem", certificate.toString("pem"));
  return certificate.toString("pem");
}

it("a client refuses what the CA of localCa signs for another host", async () => {
  const { ca } = await at(0);
  // The serving certificate of a wider CA with the same key, as a thief of the key could create it.
  const wide = await at(0, ["example.com"]);
  expect([accepts(wide, "example.com"), accepts({ ca, cert: wide.cert }, "example.com")]).toEqual([true, false]);
  expect(accepts({ ca, cert: wide.cert }, "localhost")).toBe(false);
});
