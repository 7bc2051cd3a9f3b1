import "reflect-metadata";
import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { cpSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { localCa } from "../../../src/cli/dev/localCa.ts";
import { CliError } from "../../../src/cli/terminal/CliError.ts";
import { patience } from "../../run/speedFactor.ts";
import { selfSignedPair } from "../../tls/selfSignedPair.ts";
import { InputFolder } from "../InputFolder.ts";

const DAY = 86_400_000;
const NOW = Date.now();
const FILES = [".gitignore", "ca-key.pem", "ca.pem", "localhost-key.pem", "localhost.pem"];

let folder: InputFolder;
let path: string;
beforeEach(() => {
  folder = new InputFolder();
  path = `${folder.path}/sub/.postern`;
});
afterEach(() => folder.remove());

const read = (name: string): string => readFileSync(`${path}/${name}`, "utf8");
const mode = (name: string): number => statSync(`${path}/${name}`).mode & 0o777;
const at = (days: number) => localCa(path, [], () => NOW + days * DAY);

async function faultAt(days: number): Promise<string> {
  const error: unknown = await at(days).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof CliError)) throw new Error(`expected a CliError, got ${String(error)}`);
  expect(error.code).toBe("bad-local-ca");
  return error.message.replaceAll(path, ".postern");
}

it("localCa creates the CA once, with keys of mode 0600 in a folder that git ignores", async () => {
  const first = await at(0);
  expect(readdirSync(path).sort()).toEqual(FILES);
  expect([mode("."), mode("ca-key.pem"), mode("localhost-key.pem")]).toEqual([0o700, 0o600, 0o600]);
  expect(read(".gitignore")).toBe("*\n");
  const files = FILES.map(read);
  expect(first.isNew).toBe(true);
  expect(await at(1)).toEqual({ ...first, isNew: false });
  expect(FILES.map(read)).toEqual(files);
  expect(first).toMatchObject({
    caPath: `${path}/ca.pem`,
    cert: read("localhost.pem"),
    key: read("localhost-key.pem"),
  });
  expect(new X509Certificate(first.ca).raw).toEqual(new X509Certificate(read("ca.pem")).raw);
});

it("localCa restores the file modes of keys", async () => {
  await at(0);
  execFileSync("chmod", ["-R", "a+rwX", path]);
  const { doubts } = await at(0);
  expect([mode("."), mode("ca-key.pem"), mode("localhost-key.pem")]).toEqual([0o700, 0o600, 0o600]);
  expect(doubts).toEqual([
    `other users could read ${path}/ca-key.pem; delete ${path} if you did not create it, and a new CA is created`,
  ]);
  expect((await at(0)).doubts).toEqual([]);
});

it.each<[what: string, move: (from: string, to: string) => void]>([
  ["was copied, as from an archive", (from, to) => cpSync(from, to, { recursive: true, preserveTimestamps: true })],
  ["was created on a machine with another clock", (from, to) => renameSync(from, to)],
])("localCa doubts a CA that %s, each time", async (what, move) => {
  // The files of a copy are younger than the CA.
  const created = what.startsWith("was copied") ? -1 : 1;
  await localCa(path, [], () => NOW + created * DAY);
  const copy = `${folder.path}/copy`;
  move(path, copy);
  for (const _ of [1, 2]) {
    const { doubts } = await localCa(copy, [], () => NOW + DAY);
    expect(doubts).toEqual([
      expect.stringMatching(
        /^.*\/copy\/ca-key\.pem is a file of \S+Z, and its CA of \S+Z: if you did not copy it here, others may know the key; delete .*\/copy, and a new CA is created$/,
      ),
    ]);
  }
});

describe("the serving certificate of localCa", () => {
  it("is valid for localhost and signed by the CA", async () => {
    const { cert, ca } = await at(0);
    const serving = new X509Certificate(cert);
    expect(serving.verify(new X509Certificate(ca).publicKey)).toBe(true);
    expect(["localhost", "127.0.0.1", "::1"].map((name) => serving.checkHost(name) ?? serving.checkIP(name))).toEqual([
      "localhost",
      "127.0.0.1",
      "::1",
    ]);
    expect(serving.checkHost("example.com")).toBeUndefined();
    expect(serving.ca).toBe(false);
    expect(Date.parse(serving.validTo) - NOW).toBeLessThanOrEqual(90 * DAY + 1000);
  });

  it("passes openssl verify", async () => {
    await at(0);
    const output = execFileSync(
      "openssl",
      [
        "verify",
        "-x509_strict",
        "-purpose",
        "sslserver",
        "-verify_hostname",
        "localhost",
        "-CAfile",
        `${path}/ca.pem`,
        `${path}/localhost.pem`,
      ],
      { encoding: "utf8", timeout: patience(10_000) },
    );
    expect(output).toBe(`${path}/localhost.pem: OK\n`);
  });

  it.each<[days: number, renewed: boolean]>([
    [30, false],
    [59, false],
    [61, true],
    [89, true],
    [400, true],
    [-400, true],
  ])("after %d days is renewed (%s) by the same CA", async (days, renewed) => {
    const before = await at(0);
    const after = await at(days);
    expect(after.ca).toBe(before.ca);
    expect(after.cert !== before.cert).toBe(renewed);
    expect(after.key !== before.key).toBe(renewed);
    expect(new X509Certificate(after.cert).verify(new X509Certificate(before.ca).publicKey)).toBe(true);
  });

  it("is created again when another CA signed it", async () => {
    const before = await at(0);
    for (const name of ["ca.pem", "ca-key.pem"]) rmSync(`${path}/${name}`);
    const after = await at(0);
    expect(after.ca).not.toBe(before.ca);
    expect(new X509Certificate(after.cert).verify(new X509Certificate(after.ca).publicKey)).toBe(true);
  });

  it.each<[name: string, content: () => Promise<string> | string]>([
    ["localhost.pem", () => "rubbish"],
    ["localhost-key.pem", () => ""],
    ["localhost-key.pem", async () => (await selfSignedPair()).key],
    ["localhost.pem", async () => (await selfSignedPair()).cert],
  ])("is created again when %s is damaged or of another pair", async (name, content) => {
    await at(0);
    writeFileSync(`${path}/${name}`, await content());
    const { cert, key, ca } = await at(0);
    expect(new X509Certificate(cert).verify(new X509Certificate(ca).publicKey)).toBe(true);
    const { createPrivateKey } = await import("node:crypto");
    expect(new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))).toBe(true);
  });
});

describe("localCa reports and never replaces", () => {
  const NOT_A_PAIR =
    ".postern/ca.pem and .postern/ca-key.pem are not a certificate and its key; delete both to create new ones";
  it.each<[what: string, damage: () => Promise<void> | void]>([
    ["a certificate file that is not a certificate", () => writeFileSync(`${path}/ca.pem`, "rubbish")],
    ["an empty key", () => writeFileSync(`${path}/ca-key.pem`, "")],
    ["no key", () => rmSync(`${path}/ca-key.pem`)],
    ["no certificate", () => rmSync(`${path}/ca.pem`)],
    ["the key of another certificate", async () => writeFileSync(`${path}/ca-key.pem`, (await selfSignedPair()).key)],
  ])("a CA with %s", async (_what, damage) => {
    await at(0);
    await damage();
    const files = readdirSync(path).map(read);
    expect(await faultAt(0)).toBe(NOT_A_PAIR);
    expect(readdirSync(path).map(read)).toEqual(files);
  });

  it("a CA that expires soon or has expired", async () => {
    await at(0);
    const day = new Date(NOW + 3650 * DAY).toISOString().slice(0, 10);
    expect(await faultAt(3621)).toBe(`.postern/ca.pem expires on ${day}; delete .postern to create a new CA`);
    expect(await faultAt(4000)).toBe(`.postern/ca.pem expires on ${day}; delete .postern to create a new CA`);
  });

  it("a certificate that is not a CA", async () => {
    await at(0);
    const { cert, key } = await selfSignedPair();
    writeFileSync(`${path}/ca.pem`, cert);
    writeFileSync(`${path}/ca-key.pem`, key);
    expect(await faultAt(0)).toBe(".postern/ca.pem is not a CA; delete .postern to create a new one");
  });

  it("a folder path that is a file", async () => {
    folder.write("sub/.postern", "");
    expect(await faultAt(0)).toBe(".postern, the folder for the local CA, is a file; move it to another place");
  });
});
