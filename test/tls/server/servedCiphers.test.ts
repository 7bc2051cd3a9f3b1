import { execFile } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ConnectionOptions, connect, getCiphers } from "node:tls";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { servedCiphers } from "../../../src/tls/server/servedCiphers.ts";
import { type RunningServer, startServer } from "../../../src/tls/server/startServer.ts";
import { selfSignedPair } from "../selfSignedPair.ts";

const run = promisify(execFile);
const SERVED = servedCiphers().split(":");
const [SERVED_12, SERVED_13] = [
  SERVED.filter((name) => !name.startsWith("TLS_")),
  SERVED.filter((name) => name.startsWith("TLS_")),
];
/** Every suite of TLS 1.2 and before that this OpenSSL has, but those that need a pre-shared key or password. */
const REFUSED = getCiphers()
  .map((name) => name.toUpperCase())
  .filter((name) => !name.startsWith("TLS_") && !/PSK|SRP|ADH|AECDH|NULL/.test(name) && !SERVED_12.includes(name));

let [servers, folder]: [RunningServer[], string] = [[], ""];

/** A server with an ECDSA key, and one with an RSA key: the suite determines the kind of key. */
beforeAll(async () => {
  const rsa = await rsaPair();
  for (const tls of [await selfSignedPair(), rsa])
    servers.push(await startServer({ fetch: async () => new Response("ok"), port: 0, hostname: "127.0.0.1", tls }));
});

afterAll(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop({ graceMs: 0 })));
  await rm(folder, { recursive: true, force: true });
});

async function rsaPair(): Promise<{ cert: string; key: string }> {
  folder = await mkdtemp(join(tmpdir(), "postern-ciphers-"));
  const [key, cert] = [join(folder, "rsa.key"), join(folder, "rsa.crt")];
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  await writeFile(key, privateKey.export({ type: "pkcs8", format: "pem" }));
  await run("openssl", ["req", "-x509", "-new", "-key", key, "-out", cert, "-subj", "/CN=localhost", "-days", "1"]);
  return { cert: await readFile(cert, "utf8"), key: await readFile(key, "utf8") };
}

/** The suite of a handshake, or the code of its error. */
function handshake(server: RunningServer, options: ConnectionOptions): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port: server.port, rejectUnauthorized: false, ...options });
    socket.once("secureConnect", () => {
      resolve(socket.getCipher().name);
      socket.destroy();
    });
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}

/** The result for both keys. At security level 0, OpenSSL offers also what it refuses by default. */
const withBoth = (name: string): Promise<string[]> => {
  const tls12 = { maxVersion: "TLSv1.2", minVersion: "TLSv1.2", ciphers: `${name}:@SECLEVEL=0` } as const;
  return Promise.all(servers.map((server) => handshake(server, tls12)));
};

describe("startServer", () => {
  it.each(REFUSED)("refuses a client that offers only %s in TLS 1.2", async (name) => {
    for (const result of await withBoth(name)) expect(result).toMatch(/ALERT_HANDSHAKE_FAILURE$/);
  });

  it("refuses at least the suites with CBC, SHA-1 and RSA key exchange that Node's default list has", () => {
    expect(REFUSED).toEqual(
      expect.arrayContaining([
        "AES128-SHA",
        "AES256-SHA",
        "AES128-SHA256",
        "AES128-GCM-SHA256",
        "ECDHE-RSA-AES128-SHA",
        "ECDHE-ECDSA-AES256-SHA",
        "ECDHE-RSA-AES128-SHA256",
        "ECDHE-ECDSA-AES256-SHA384",
        "DHE-RSA-AES128-GCM-SHA256",
      ]),
    );
  });

  it.each(SERVED_12)("accepts a client that offers only %s in TLS 1.2", async (name) => {
    expect(await withBoth(name)).toContain(name);
  });

  it.each(SERVED_13)("accepts a client that offers only %s in TLS 1.3", async (name) => {
    for (const server of servers) expect(await handshake(server, { minVersion: "TLSv1.3", ciphers: name })).toBe(name);
  });

  it.each(["TLSv1", "TLSv1.1"] as const)("refuses %s", async (version) => {
    const options = { minVersion: version, maxVersion: version, ciphers: "ALL:@SECLEVEL=0" } as const;
    for (const server of servers)
      expect(await handshake(server, options)).toMatch(/ALERT_PROTOCOL_VERSION$|ALERT_HANDSHAKE_FAILURE$/);
  });

  it("keeps the suites when its certificate is replaced", async () => {
    servers[0]?.replaceCertificate(await selfSignedPair());
    const results = await Promise.all(["ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES128-GCM-SHA256"].map(withBoth));
    expect(results.map(([ecdsa]) => ecdsa)).toEqual([
      expect.stringMatching(/ALERT_HANDSHAKE_FAILURE$/),
      "ECDHE-ECDSA-AES128-GCM-SHA256",
    ]);
  });
});

it("servedCiphers returns the list of --tls-cipher-list, if one was set", () => {
  expect(servedCiphers("ECDHE+AESGCM")).toBe("ECDHE+AESGCM");
});
