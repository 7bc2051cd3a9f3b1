import { type ClientHttp2Session, connect as connectH2 } from "node:http2";
import { Agent, request } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { TLSSocket } from "node:tls";
import { afterAll, expect, it } from "vitest";
import { parseCertificate, pemBlock } from "../../src/trust/x509/parseCertificate.ts";
import { eventually } from "../run/eventually.ts";
import { scaled } from "../run/speedFactor.ts";
import { KEY_USE, makeCertificate, privateKeyPem } from "../trust/makeCertificate.ts";
import { PairFolder } from "./PairFolder.ts";
import { TlsBed } from "./TlsBed.ts";
import { HOST } from "./testPki.ts";

/**
 * Certificates of 15 minutes, renewed after 5. A minute is scaled to 0.4 s on the reference machine. X.509 dates are in whole
 * seconds.
 */
const RENEW_MS = Math.ceil(scaled(2_000) / 1000) * 1000;
const LIFE_MS = 3 * RENEW_MS;
const RENEWALS = 4;
/** Kinds of connections: a new one for each call, kept-alive http/1.1, and h2. */
const KINDS = ["new", "kept", "h2"] as const;
type Kind = (typeof KINDS)[number];

const folder = new PairFolder();
const ends: (() => Promise<void> | void)[] = [() => folder.remove()];
afterAll(async () => {
  for (const end of ends.reverse()) await end();
});
const HOUR_MS = 3_600_000;
const key = (at: number): "p256" | "rsa" => (at % 2 === 0 ? "p256" : "rsa");

it("CertificateReloader serves short-lived certificates without a failed call or an answer past the end of its certificate", async () => {
  const start = Date.now();
  const times = { notBefore: start - HOUR_MS, notAfter: start + HOUR_MS };
  const root = pemBlock(
    await makeCertificate({ subject: "CN=CA", key: "p384", ca: true, keyUsage: KEY_USE.certSign, ...times }),
  );
  const renew = async (at: number): Promise<string> => {
    const now = Math.floor(Date.now() / 1000) * 1000;
    const leaf = await makeCertificate({
      subject: "CN=leaf",
      issuer: "CN=CA",
      key: key(at),
      signedBy: "p384",
      dns: [HOST],
      notBefore: now,
      notAfter: now + LIFE_MS,
    });
    folder.swapVolume("tls", { "tls.crt": pemBlock(leaf), "tls.key": await privateKeyPem(key(at)), "ca.crt": root });
    return parseCertificate(leaf).serial;
  };
  // Key generation is slow, and the lifetime of the first certificate starts with it.
  await Promise.all([privateKeyPem("p256"), privateKeyPem("rsa")]);
  const serials = [await renew(0)];
  const bed = await TlsBed.start({
    main: folder.paths("tls"),
    now: Date.now,
    pollMs: scaled(100),
    drainMs: RENEW_MS,
  });
  ends.push(() => bed.stop());
  const failures: unknown[] = [];
  const late: string[] = [];
  let stopped = false;
  /** Serials in answers, by kind of connection. */
  const seen: Record<Kind, Set<string>> = { new: new Set(), kept: new Set(), h2: new Set() };
  const certificates = new WeakMap<object, { readonly serial: string; readonly end: number }>();
  // The certificate of a connection can be read only once.
  const judge = (kind: Kind, connection: object, socket: unknown): void => {
    const peer = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
    if (!certificates.has(connection) && peer !== undefined) {
      const serial = peer.serialNumber.toLowerCase().replace(/^0+/, "");
      // Whole seconds: an end of 10 s is valid through 10.999 s.
      certificates.set(connection, { serial, end: Date.parse(peer.validTo) + 1_000 });
    }
    const { serial, end } = certificates.get(connection) ?? { serial: "none", end: Number.NaN };
    seen[kind].add(serial);
    if (!(Date.now() < end)) late.push(`${kind} ${end}`);
  };
  const seenByAll = (serial: string): Promise<unknown> =>
    eventually(`answers with ${serial}, on each kind of connection`, () =>
      failures.length > 0 || KINDS.every((kind) => seen[kind].has(serial)) ? true : undefined,
    );
  const overHttp1 = (agent: Agent | false): Promise<void> =>
    new Promise((resolve) => {
      const options = { host: "127.0.0.1", port: bed.server.port, servername: HOST, ca: root, agent, method: "POST" };
      const call = request({ ...options, headers: { host: HOST } }, (answer) => {
        judge(agent === false ? "new" : "kept", answer.socket, answer.socket);
        answer.resume().once("end", resolve);
      });
      call.once("error", (error) => {
        failures.push(error);
        resolve();
      });
      call.end("{}");
    });
  let session: ClientHttp2Session | undefined;
  const overHttp2 = (): Promise<void> =>
    new Promise((resolve) => {
      if (session === undefined || session.closed) {
        session = connectH2(`https://127.0.0.1:${bed.server.port}`, { servername: HOST, ca: root });
        session.on("error", (error) => failures.push(error));
      }
      const opened = session;
      const stream = opened.request({ ":method": "POST", ":path": "/", ":authority": HOST });
      stream.once("response", () => judge("h2", opened, opened.socket));
      stream.once("error", (error) => failures.push(error));
      stream.once("close", resolve);
      stream.resume().end("{}");
    });
  const client = async (call: () => Promise<void>): Promise<void> => {
    while (!stopped) {
      await call();
      await sleep(10);
    }
  };
  const agent = new Agent({ keepAlive: true, maxSockets: 2, maxCachedSessions: 0 });
  const clients = [
    client(() => overHttp1(agent)),
    client(() => overHttp1(agent)),
    client(() => overHttp1(false)),
    client(overHttp2),
  ];
  ends.push(() => {
    stopped = true;
    agent.destroy();
    session?.destroy();
  });
  await seenByAll(serials[0] ?? "");
  for (let at = 1; at <= RENEWALS; at += 1) {
    await sleep(RENEW_MS);
    const serial = await renew(at);
    serials.push(serial);
    await seenByAll(serial);
  }
  stopped = true;
  await Promise.all(clients);
  expect({ failures, late, serial: bed.reloader.status().serial, faults: bed.reportedFaults() }).toEqual({
    failures: [],
    late: [],
    serial: serials.at(-1),
    faults: [],
  });
  expect(KINDS.map((kind) => [...seen[kind]])).toEqual(KINDS.map(() => serials));
  expect(bed.log.lines.filter(({ message }) => message === "certificate switched")).toHaveLength(RENEWALS);
});
