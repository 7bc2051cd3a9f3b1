import { execFileSync } from "node:child_process";
import { createPrivateKey } from "node:crypto";
import { chmodSync, chownSync, mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TlsFaultCode } from "../../src/tls/TlsError.ts";
import { parseBundle } from "../../src/trust/bundle.ts";
import { DAY, makeCertificate, NOW } from "../trust/makeCertificate.ts";
import { PairFolder } from "./PairFolder.ts";
import { TlsBed } from "./TlsBed.ts";
import { INTERMEDIATE, intermediatePem, LEAF, makePair, pemOf, rootPem, type TestPair } from "./testPki.ts";

const ends: (() => Promise<void> | void)[] = [];
const folder = new PairFolder();
ends.push(() => folder.remove());
const paths = folder.paths();
let bed: TlsBed;
let good: TestPair;
let next: TestPair;
let leafPem: string;
let intermediate: string;
let root: string;

beforeAll(async () => {
  [good, intermediate, root] = await Promise.all([makePair(), intermediatePem(), rootPem()]);
  next = await makePair({ key: "p256-c" });
  leafPem = next.cert.slice(0, next.cert.indexOf("-----END") + 26);
  folder.write(good);
  bed = await TlsBed.start({ main: paths });
  ends.push(() => bed.stop());
});
afterAll(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

type Make = () => void | Promise<void>;
const write = (cert: string, key = next.key): void => folder.write({ cert, key });
/** Writes while no read is active, which would see a part of the files. */
const writeLater =
  (make: () => Promise<Pick<TestPair, "cert" | "key">>): Make =>
  async () => {
    const pair = await make();
    await bed.settled();
    folder.write(pair);
  };
const leafWith = (spec: Parameters<typeof makePair>[0]): Make => writeLater(() => makePair({ key: "p256-c", ...spec }));
const leafBefore = (spec: Partial<Parameters<typeof pemOf>[0]>): Make =>
  writeLater(async () => ({ cert: leafPem + (await pemOf({ ...INTERMEDIATE, ...spec })), key: next.key }));
const replace =
  (path: string, make: (path: string) => void): Make =>
  () => {
    folder.write(next);
    rmSync(path);
    make(path);
  };
const encrypted = (type: "pkcs8" | "sec1"): string =>
  createPrivateKey(next.key)
    .export({ type, format: "pem", cipher: "aes-256-cbc", passphrase: "secret words" })
    .toString();

const cases: readonly (readonly [what: string, code: TlsFaultCode, message: RegExp, make: Make])[] = [
  [
    "a chain truncated in its leaf",
    "bad-certificate",
    /tls\.crt:1: a block without an end line/,
    () => write(next.cert.slice(0, 300)),
  ],
  [
    "a chain truncated in its intermediate",
    "bad-certificate",
    /a block without an end line/,
    () => write(next.cert.slice(0, -100)),
  ],
  [
    "a block without its middle",
    "bad-certificate",
    /tls\.crt:1: a block/,
    () => write(next.cert.slice(0, 100) + next.cert.slice(140)),
  ],
  ["a block that is not base64", "bad-certificate", /not base64/, () => write(next.cert.replace(/\nMII/, "\n!!!"))],
  [
    "a key of another pair",
    "key-mismatch",
    /tls\.key: does not belong to the first certificate in .*tls\.crt/,
    () => write(good.cert),
  ],
  [
    "a new certificate with the old key",
    "key-mismatch",
    /replace both files together/,
    () => write(next.cert, good.key),
  ],
  [
    "a new key with the old certificate",
    "key-mismatch",
    /replace both files together/,
    () => write(good.cert, next.key),
  ],
  ["an expired certificate", "expired", /leaf expired at 2026-06-30T/, leafWith({ notAfter: NOW - DAY })],
  ["a certificate that expired a second ago", "expired", /expired at/, leafWith({ notAfter: NOW - 1000 })],
  [
    "a certificate that is valid from tomorrow",
    "not-yet-valid",
    /valid from 2026-07-02T/,
    leafWith({ notBefore: NOW + DAY }),
  ],
  [
    "a certificate that is valid from the next second",
    "not-yet-valid",
    /valid from/,
    leafWith({ notBefore: NOW + 1000 }),
  ],
  [
    "a leaf without its intermediate",
    "incomplete-chain",
    /Intermediate signed it: add the intermediate/,
    () => write(leafPem),
  ],
  [
    "the intermediate before the leaf",
    "wrong-order",
    /the key belongs to certificate 2; put that certificate first/,
    () => write(intermediate + leafPem),
  ],
  ["the intermediate without the leaf", "key-mismatch", /does not belong to the first/, () => write(intermediate)],
  [
    "the leaf twice",
    "broken-chain",
    /is signed by Intermediate, but the next certificate is leaf/,
    () => write(leafPem + leafPem),
  ],
  [
    "an unrelated certificate after the leaf",
    "broken-chain",
    /the next certificate is Root/,
    () => write(leafPem + root),
  ],
  ["an intermediate with the same name and another key", "broken-chain", /Intermediate/, leafBefore({ key: "p521" })],
  ["an expired intermediate", "expired", /the intermediate Intermediate expired/, leafBefore({ notAfter: NOW - DAY })],
  ["an intermediate that is not a CA", "broken-chain", /Intermediate is not a CA/, leafBefore({ ca: false })],
  [
    "a certificate for another host",
    "wrong-host",
    /for other\.example, not for hook\.example/,
    leafWith({ dns: ["other.example"] }),
  ],
  [
    "a wildcard that does not cover the host",
    "wrong-host",
    /not for hook\.example/,
    leafWith({ dns: ["*.hook.example"] }),
  ],
  [
    "a common name without alternative names",
    "wrong-host",
    /no subject alternative names/,
    leafWith({ subject: "CN=hook.example", dns: [] }),
  ],
  [
    "a certificate for clients",
    "wrong-usage",
    /does not allow server authentication/,
    leafWith({ extKeyUsage: ["1.3.6.1.5.5.7.3.2"] }),
  ],
  ["an RSA key of 1024 bits", "weak-key", /RSA key of 1024 bits; expected 2048 to 8192/, leafWith({ key: "rsa-1024" })],
  ["a signature with SHA-1", "weak-signature", /signed with SHA1|ECDSA-SHA1|SHA1-ECDSA/, leafWith({ hash: "SHA-1" })],
  [
    "an unknown critical extension",
    "broken-chain",
    /1\.2\.3\.4/,
    leafWith({ extensions: [{ oid: "1.2.3.4", critical: true, value: Uint8Array.of(5, 0) }] }),
  ],
  [
    "a certificate older than the serving one",
    "older",
    /is older than .*POSTERN_TLS_ALLOW_OLDER=1/,
    leafWith({ notBefore: NOW - 40 * DAY }),
  ],
  [
    "a certificate that is a folder",
    "not-a-file",
    /tls\.crt: a folder, not a certificate/,
    replace(paths.cert, (path) => mkdirSync(path)),
  ],
  [
    "a key that is a folder",
    "not-a-file",
    /tls\.key: a folder, not a private key/,
    replace(paths.key, (path) => mkdirSync(path)),
  ],
  [
    "a certificate that is a link to itself",
    "symlink-loop",
    /points to itself/,
    replace(paths.cert, (path) => symlinkSync(path, path)),
  ],
  [
    "a key that is a link to itself",
    "symlink-loop",
    /points to itself/,
    replace(paths.key, (path) => symlinkSync(path, path)),
  ],
  [
    "a dangling link",
    "missing",
    /tls\.crt: does not exist/,
    replace(paths.cert, (path) => symlinkSync("nowhere", path)),
  ],
  [
    "a link through a file",
    "missing",
    /a part of the path is not a folder/,
    replace(paths.cert, (path) => symlinkSync(`${paths.key}/tls.crt`, path)),
  ],
  ["a missing certificate", "missing", /tls\.crt: does not exist/, replace(paths.cert, () => undefined)],
  ["a missing key", "missing", /tls\.key: does not exist/, replace(paths.key, () => undefined)],
  [
    "a certificate that is a pipe",
    "not-a-file",
    /tls\.crt: a pipe/,
    replace(paths.cert, (path) => execFileSync("mkfifo", [path])),
  ],
  [
    "a certificate that is an endless device",
    "not-a-file",
    /a device/,
    replace(paths.cert, (path) => symlinkSync("/dev/zero", path)),
  ],
  ["an empty certificate", "empty", /tls\.crt: empty, expected a certificate/, () => write("")],
  ["an empty key", "empty", /tls\.key: empty, expected a private key/, () => write(next.cert, "")],
  ["a certificate of whitespace", "bad-certificate", /no certificate in PEM/, () => write(" \n\n")],
  [
    "a huge certificate",
    "too-large",
    /tls\.crt: larger than 1 MiB/,
    replace(paths.cert, (path) => {
      writeFileSync(path, next.cert);
      truncateSync(path, 3 * 2 ** 30);
    }),
  ],
  ["a huge key", "too-large", /tls\.key: larger than 1 MiB/, () => write(next.cert, next.key + "\n".repeat(1 << 20))],
  ["a byte order mark before the certificate", "bad-certificate", /byte order mark/, () => write(`\ufeff${next.cert}`)],
  ["a byte order mark before the key", "bad-key", /byte order mark/, () => write(next.cert, `\ufeff${next.key}`)],
  [
    "a key with a passphrase",
    "encrypted-key",
    /encrypted with a passphrase/,
    () => write(next.cert, encrypted("pkcs8")),
  ],
  [
    "a key with a passphrase, in the traditional format",
    "encrypted-key",
    /encrypted with a passphrase/,
    () => write(next.cert, encrypted("sec1")),
  ],
  [
    "a truncated key",
    "bad-key",
    /cannot be parsed .*check that it is complete/,
    () => write(next.cert, next.key.slice(0, 120)),
  ],
  [
    "a key with a damaged body",
    "bad-key",
    /cannot be parsed/,
    () => write(next.cert, next.key.replace(/\n[\w+/=]+\n/, "\nAAAA\n")),
  ],
  ["two keys in one file", "bad-key", /2 private keys; expected one/, () => write(next.cert, next.key + good.key)],
  ["a certificate in place of the key", "bad-key", /no private key/, () => write(next.cert, next.cert)],
  [
    "a public key in place of the private key",
    "bad-key",
    /no private key/,
    () => write(next.cert, next.key.replaceAll("PRIVATE", "PUBLIC")),
  ],
  [
    "a key in the certificate file",
    "bad-certificate",
    /the certificate file contains a private key/,
    () => write(next.cert + next.key),
  ],
  [
    "certificate and key swapped",
    "bad-certificate",
    /the certificate file contains a private key/,
    () => write(next.key, next.cert),
  ],
  [
    "two blocks on one line",
    "bad-certificate",
    /two blocks on one line/,
    () => write(next.cert.replace("-----\n-----BEGIN", "----------BEGIN")),
  ],
  [
    "a certificate in OpenSSL's trusted format",
    "bad-certificate",
    /TRUSTED CERTIFICATE/,
    () => write(next.cert.replaceAll("CERTIFICATE-", "TRUSTED CERTIFICATE-")),
  ],
  [
    "a block with headers",
    "bad-certificate",
    /headers/,
    () => write(next.cert.replace("-----\nMII", "-----\nNote: x\n\nMII")),
  ],
  [
    "a certificate request",
    "bad-certificate",
    /another type/,
    () => write(next.cert.replaceAll("CERTIFICATE-", "CERTIFICATE REQUEST-")),
  ],
  [
    "a certificate in DER",
    "bad-certificate",
    /tls\.crt:\d+: /,
    async () => {
      const der = await makeCertificate(LEAF);
      await bed.settled();
      write(next.cert);
      writeFileSync(paths.cert, der);
    },
  ],
  [
    "a world-writable key",
    "key-writable",
    /every user may write this key \(mode 0666\)/,
    () => {
      write(next.cert);
      chmodSync(paths.key, 0o666);
    },
  ],
];

describe("CertificateReloader keeps the last good pair and reports the fault once", () => {
  it("is tested with at least 40 faults", () => expect(cases.length).toBeGreaterThanOrEqual(40));

  it.each(cases)("with %s", async (_what, code, message, make) => {
    folder.write(good);
    await bed.poll();
    const before = bed.reportedFaults().length;
    await bed.settled();
    await make();
    for (let read = 0; read < 3; read += 1) await bed.poll();
    expect(await bed.served("TLSv1.3")).toBe(good.serial);
    expect(await bed.served("TLSv1.2")).toBe(good.serial);
    const reported = bed.reportedFaults().slice(before);
    expect(reported).toEqual([{ slot: "main", code, fault: expect.stringMatching(message) }]);
    expect(String(reported[0]?.fault)).not.toContain("\n");
    expect(bed.reloader.status()).toMatchObject({
      isReady: true,
      serial: good.serial,
      faults: [{ slot: "main", code }],
    });
    const all = JSON.stringify(bed.log.lines);
    for (const key of [good.key, next.key]) expect(all).not.toContain(key.split("\n")[1]);
  });

  it("with a socket in place of the certificate", async () => {
    folder.write(good);
    await bed.poll();
    const before = bed.reportedFaults().length;
    rmSync(paths.cert);
    const socket = createServer().listen(paths.cert);
    await new Promise((resolve) => socket.once("listening", resolve));
    await bed.poll();
    const reported = bed.reportedFaults().slice(before);
    await new Promise((resolve) => socket.close(resolve));
    expect(await bed.served()).toBe(good.serial);
    expect(reported).toMatchObject([{ code: "not-a-file", fault: expect.stringMatching(/a socket/) }]);
  });

  it.skipIf(process.getuid?.() !== 0)("with a key that this user may not read", async () => {
    const other = new PairFolder();
    ends.push(() => other.remove());
    other.write(good);
    chmodSync(other.path, 0o755);
    for (const path of [other.paths().cert, other.paths().key]) chownSync(path, 65_534, 65_534);
    const here = await TlsBed.start({ main: other.paths() });
    ends.push(() => here.stop());
    other.write(next);
    chmodSync(other.paths().key, 0o000);
    const uid = process.geteuid?.() ?? 0;
    process.seteuid?.(65_534);
    try {
      await here.poll();
      await here.poll();
      expect(await here.served()).toBe(good.serial);
    } finally {
      process.seteuid?.(uid);
    }
    expect(here.reportedFaults()).toEqual([
      { slot: "main", code: "unreadable", fault: expect.stringMatching(/tls\.key: may not be read by this user/) },
    ]);
  });

  it("with a chain to a root that clients do not trust", async () => {
    const other = new PairFolder();
    ends.push(() => other.remove());
    other.write(good);
    const roots = parseBundle(root, "roots");
    const here = await TlsBed.start({ main: other.paths(), rules: { hosts: [], roots, allowLeafOnly: false } });
    ends.push(() => here.stop());
    const strange = {
      ...INTERMEDIATE,
      subject: "CN=Strange",
      key: "p521",
      signedBy: "p521",
      issuer: "CN=Elsewhere",
    } as const;
    const pair = await makePair({ issuer: "CN=Strange", signedBy: "p521" });
    other.write({ ...pair, cert: pair.cert.slice(0, pair.cert.indexOf("-----END") + 26) + (await pemOf(strange)) });
    await here.poll();
    await here.poll();
    expect(await here.served()).toBe(good.serial);
    expect(here.reportedFaults()).toMatchObject([
      { code: "untrusted", fault: expect.stringMatching(/clients would refuse it/) },
    ]);
  });
});
