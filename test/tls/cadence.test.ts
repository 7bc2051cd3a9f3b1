import { type ClientHttp2Session, connect as connectH2 } from "node:http2";
import { Agent, request } from "node:https";
import { TLSSocket } from "node:tls";
import { afterAll, expect, it } from "vitest";
import { parseCertificate } from "../../src/trust/parseCertificate.ts";
import { pemBlock } from "../../src/trust/pemBlock.ts";
import { KEY_USE, makeCertificate, privateKeyPem } from "../trust/makeCertificate.ts";
import { PairFolder } from "./PairFolder.ts";
import { TlsBed } from "./TlsBed.ts";
import { HOST } from "./testPki.ts";

/** Certificates of 15 minutes, renewed after 5, a minute taken as 0.4 seconds: X.509 counts in whole seconds. */
const LIFE_MS = 6_000;
const RENEW_MS = 2_000;
const RENEWALS = 4;

const folder = new PairFolder();
afterAll(() => folder.remove());
const HOUR = 3_600_000;
const key = (at: number): "p256" | "rsa" => (at % 2 === 0 ? "p256" : "rsa");

it("short-lived certificates, one after the other: no call fails, none is answered past its certificate's end", async () => {
  const began = Date.now();
  const times = { notBefore: began - HOUR, notAfter: began + HOUR };
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
  await renew(0);
  await privateKeyPem("rsa");
  const bed = await TlsBed.start({ main: folder.paths("tls"), now: Date.now, pollMs: 100, drainMs: 1_000 });
  const failures: unknown[] = [];
  const late: string[] = [];
  let calls = 0;
  let stopped = false;
  const ends = new WeakMap<object, number>();
  // The certificate can be read of a connection once.
  const judge = (way: string, connection: object, socket: unknown): void => {
    calls += 1;
    if (!ends.has(connection) && socket instanceof TLSSocket)
      ends.set(connection, Date.parse(socket.getPeerX509Certificate()?.validTo ?? ""));
    // Seconds: an end of 10 is good through 10.999.
    const end = (ends.get(connection) ?? Number.NaN) + 1_000;
    if (!(Date.now() < end)) late.push(`${way} ${end}`);
  };
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
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  const agent = new Agent({ keepAlive: true, maxSockets: 2, maxCachedSessions: 0 });
  const clients = [
    client(() => overHttp1(agent)),
    client(() => overHttp1(agent)),
    client(() => overHttp1(false)),
    client(overHttp2),
  ];
  let serial = "";
  for (let at = 1; at <= RENEWALS; at += 1) {
    await new Promise((resolve) => setTimeout(resolve, RENEW_MS));
    serial = await renew(at);
  }
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  stopped = true;
  await Promise.all(clients);
  agent.destroy();
  session?.destroy();
  const status = bed.reloader.status();
  await bed.stop();
  expect({ failures, late, serial: status.serial, complaints: bed.complaints() }).toEqual({
    failures: [],
    late: [],
    serial,
    complaints: [],
  });
  expect(calls).toBeGreaterThan(200);
  expect(bed.log.lines.filter(({ message }) => message === "certificate switched")).toHaveLength(RENEWALS);
}, 60_000);
