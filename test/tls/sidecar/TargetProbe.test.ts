import { once } from "node:events";
import { connect as connectTcp, createServer as createTcpServer, type Server } from "node:net";
import { createServer, type TlsOptions } from "node:tls";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { LoadedPair } from "../../../src/tls/pair/LoadedPair.ts";
import { loadPair } from "../../../src/tls/pair/loadPair.ts";
import { TargetProbe } from "../../../src/tls/sidecar/TargetProbe.ts";
import { scaled } from "../../run/speedFactor.ts";
import { PairFolder } from "../PairFolder.ts";
import { HOST, makePair, rootPem } from "../testPki.ts";

let served: LoadedPair;
let other: LoadedPair;
let rsa: LoadedPair;
let clientCa: string;
const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0).reverse()) end();
});

beforeAll(async () => {
  const load = async (pair: { cert: string; key: string }): Promise<LoadedPair> => {
    const folder = new PairFolder();
    folder.write(pair);
    return loadPair(folder.paths()).finally(() => folder.remove());
  };
  [served, other, rsa, clientCa] = await Promise.all([
    load(await makePair()),
    load(await makePair({ key: "p256-c" })),
    load(await makePair({ key: "rsa" })),
    rootPem(),
  ]);
});

async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  ends.push(() => server.close());
  await once(server, "listening");
  const address = server.address();
  return typeof address === "object" ? (address?.port ?? 0) : 0;
}

/** A server that serves the pair. By default it requires a client certificate. */
async function start(pair: LoadedPair, options: TlsOptions = {}): Promise<number> {
  const mutual = { requestCert: true, rejectUnauthorized: true, ca: clientCa };
  const server = createServer({ cert: pair.certPem, key: pair.keyPem, ...mutual, ...options }, (socket) =>
    socket.on("error", () => undefined).end(),
  );
  server.on("tlsClientError", () => undefined);
  return listen(server);
}

const probe = (port: number): TargetProbe =>
  new TargetProbe({
    host: "127.0.0.1",
    port,
    hosts: [HOST],
    timeoutMs: scaled(300),
    signal: new AbortController().signal,
  });

describe("TargetProbe confirms the certificate of a server that requires client certificates", () => {
  it.each<[what: string, options: TlsOptions]>([
    ["TLS 1.2 and 1.3", {}],
    ["TLS 1.2", { maxVersion: "TLSv1.2" }],
    ["TLS 1.3", { minVersion: "TLSv1.3" }],
  ])("with %s", async (_what, options) => {
    for (const pair of [served, rsa]) {
      const at = probe(await start(pair, options));
      expect(await at.fault(pair)).toBeUndefined();
      expect(await at.faultAfterReload(pair)).toBeUndefined();
      expect(await at.fault(other)).toMatch(/./);
    }
  });

  it("and not when it serves another one", async () => {
    expect(await probe(await start(served)).fault(other)).toBe(`serves serial ${served.leaf.serial}`);
  });

  it.each([
    ["closes the connection", 0, /./],
    ["sends the alert internal_error", 80, /^interrupted the handshake$/],
    ["sends the alert decrypt_error", 51, /^interrupted the handshake$/],
  ])("and not when it serves the certificate, and then %s", async (_what, alert, how) => {
    const port = await start(served, { maxVersion: "TLSv1.2" });
    // Forwards the first flight of the server, which holds its certificate.
    const cut = createTcpServer((client) => {
      const server = connectTcp(port, "127.0.0.1");
      for (const socket of [client, server]) socket.on("error", () => undefined);
      let flights = 0;
      client.on("data", (data) => {
        flights += 1;
        if (flights === 1) return server.write(data);
        if (alert === 0) client.destroy();
        // A fatal alert of TLS 1.2 (RFC 5246 7.2).
        else client.end(Uint8Array.of(21, 3, 3, 0, 2, 2, alert));
        return server.destroy();
      });
      server.on("data", (data) => client.write(data));
    });
    expect(await probe(await listen(cut)).fault(served)).toMatch(how);
  });
});

it("TargetProbe confirms a server that does not ask for a certificate", async () => {
  const port = await start(served, { requestCert: false });
  expect(await probe(port).fault(served)).toBeUndefined();
  expect(await probe(port).faultAfterReload(other)).toMatch(/^serves serial [0-9a-f]+, [\d.]+ s after the reload$/);
});
