import { once } from "node:events";
import { chmodSync } from "node:fs";
import { connect as connectH2 } from "node:http2";
import { Agent, request } from "node:https";
import type { TLSSocket } from "node:tls";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { patience, scaled } from "../run/speedFactor.ts";
import { DAY, NOW } from "../trust/makeCertificate.ts";
import { PairFolder } from "./PairFolder.ts";
import { TlsBed, type TlsBedOptions } from "./TlsBed.ts";
import { HOST, makePair, type TestPair } from "./testPki.ts";

let first: TestPair;
let second: TestPair;
let rsa: TestPair;
beforeAll(async () => {
  first = await makePair();
  [second, rsa] = await Promise.all([makePair({ key: "p256-c" }), makePair({ key: "rsa" })]);
});

const ends: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function start(options: Partial<TlsBedOptions> = {}): Promise<{ bed: TlsBed; folder: PairFolder }> {
  const folder = new PairFolder();
  folder.write(first);
  const bed = await TlsBed.start({ main: folder.paths(), ...options });
  ends.push(
    () => folder.remove(),
    () => bed.stop(),
  );
  return { bed, folder };
}

const switches = (bed: TlsBed): unknown[] =>
  bed.log.lines
    .filter(({ message }) => /^certificate (not )?switched$/.test(message))
    .map(({ properties }) => properties.result);

describe("CertificateReloader with a new pair", () => {
  it("serves it from the next handshake on, with both TLS versions, and logs each phase with its duration", async () => {
    const { bed, folder } = await start();
    folder.write(second);
    await bed.poll();
    expect([await bed.served("TLSv1.2"), await bed.served("TLSv1.3")]).toEqual([second.serial, second.serial]);
    const phases = bed.log.lines
      .filter(({ message }) => message === "certificate rotation")
      .map(({ properties }) => properties);
    expect(phases.map(({ phase }) => phase)).toEqual(["preload", "verify", "swap", "check", "clean-up"]);
    for (const { milliseconds } of phases) expect(milliseconds).toBeGreaterThanOrEqual(0);
    expect(await bed.metrics.text()).toMatch(/postern_tls_rotation_phase_seconds_count\{phase="check"\} 1\n/);
    expect(await bed.metrics.text()).toContain(
      `postern_tls_certificate_info{slot="main",serial="${second.serial}",hash=`,
    );
  });

  it("serves a pair with another type of key", async () => {
    const { bed, folder } = await start();
    folder.write(rsa);
    await bed.poll();
    expect([await bed.served("TLSv1.2", "rsa"), await bed.served("TLSv1.3", "rsa")]).toEqual([rsa.serial, rsa.serial]);
    folder.write(second);
    await bed.poll();
    expect(await bed.served()).toBe(second.serial);
  });

  it.each([undefined, "0.0.0.0", "localhost"])("checks it on a server that listens on %s", async (hostname) => {
    const { bed, folder } = await start({ hostname });
    folder.write(second);
    await bed.poll();
    expect(bed.reportedFaults()).toEqual([]);
    expect(bed.reloader.status().serial).toBe(second.serial);
  });

  it.each(["watch", "poll", "SIGHUP"] as const)("notices it by %s", async (cause) => {
    const { bed, folder } = await start(cause === "poll" ? { pollMs: scaled(50) } : {});
    folder.write(second);
    if (cause === "SIGHUP") process.emit("SIGHUP");
    await vi.waitFor(async () => expect(await bed.served()).toBe(second.serial), { timeout: patience(10_000) });
  });

  it("notices each replacement of a Secret volume", async () => {
    const folder = new PairFolder();
    const swap = ({ cert, key }: TestPair): void => folder.swapVolume("tls", { "tls.crt": cert, "tls.key": key });
    swap(first);
    const bed = await TlsBed.start({ main: folder.paths("tls") });
    ends.push(
      () => folder.remove(),
      () => bed.stop(),
    );
    for (const pair of [second, rsa, await makePair(), await makePair({ key: "p256-c" })]) {
      swap(pair);
      await vi.waitFor(async () => expect(bed.reloader.status().serial).toBe(pair.serial), {
        timeout: patience(10_000),
      });
    }
    expect(bed.reportedFaults()).toEqual([]);
    // The kubelet creates files with mode 0644 by default, which must not cause a warning.
    expect(bed.log.lines.filter(({ level }) => level !== "info")).toEqual([]);
  });
});

describe("CertificateReloader at SIGUSR2", () => {
  it("takes the previous pair back, and keeps it until the files change", async () => {
    const { bed, folder } = await start();
    folder.write(second);
    await bed.poll();
    process.emit("SIGUSR2");
    await bed.settled();
    expect(await bed.served()).toBe(first.serial);
    for (let read = 0; read < 3; read += 1) await bed.poll();
    expect(await bed.served()).toBe(first.serial);
    const third = await makePair();
    folder.write(third);
    await bed.poll();
    expect(await bed.served()).toBe(third.serial);
    expect(switches(bed)).toEqual(["switched", "taken-back", "switched"]);
  });

  it("logs a warning and changes nothing without a previous pair", async () => {
    const { bed } = await start();
    process.emit("SIGUSR2");
    await bed.settled();
    expect(await bed.served()).toBe(first.serial);
    expect(bed.log.lines.at(-1)).toMatchObject({
      message: "certificate not taken back",
      properties: { reason: "there is no previous certificate" },
    });
  });

  it("does not take back an expired pair", async () => {
    const { bed, folder } = await start();
    folder.write(await makePair({ notAfter: NOW + 400 * DAY }));
    await bed.poll();
    bed.now += 31 * DAY;
    const serial = await bed.served();
    process.emit("SIGUSR2");
    await bed.settled();
    expect(await bed.served()).toBe(serial);
    expect(JSON.stringify(bed.log.lines.at(-1))).toContain("the previous certificate expired at");
  });

  it("serves the newer pair again after SIGHUP", async () => {
    const { bed, folder } = await start();
    folder.write(second);
    await bed.poll();
    process.emit("SIGUSR2");
    await bed.settled();
    process.emit("SIGHUP");
    await bed.settled();
    expect(await bed.served()).toBe(second.serial);
  });
});

describe("CertificateReloader with a pair that fails its check", () => {
  it("rolls back after a failed self-test, reports it once, and does not try again", async () => {
    let broken = false;
    const calls: string[] = [];
    const selfTest = {
      path: "/self",
      body: "{}",
      judge: (status: number, text: string): string | undefined => {
        calls.push(`${status} ${text}`);
        return broken ? "unexpected answer" : undefined;
      },
    };
    const { bed, folder } = await start({ selfTest });
    // The start is checked as well.
    expect(calls.splice(0)).toEqual(["200 answered"]);
    broken = true;
    folder.write(second);
    for (let read = 0; read < 3; read += 1) await bed.poll();
    expect(await bed.served()).toBe(first.serial);
    // One check makes three attempts.
    expect(calls).toEqual(Array(3).fill("200 answered"));
    expect(switches(bed)).toEqual(["rolled-back"]);
    expect(bed.reportedFaults()).toHaveLength(1);
    expect(bed.reloader.status().faults).toMatchObject([{ slot: "main", code: "self-test-failed" }]);
    broken = false;
    folder.write(rsa);
    await bed.poll();
    expect(await bed.served("TLSv1.3", "rsa")).toBe(rsa.serial);
  });

  it("rolls back when a handshake shows another chain", async () => {
    const { bed, folder } = await start();
    const replace = bed.server.replaceCertificate;
    let swaps = 0;
    // A server that reports a swap without doing it.
    vi.spyOn(bed.server, "replaceCertificate").mockImplementation((pair) => {
      swaps += 1;
      if (swaps !== 1) replace(pair);
    });
    folder.write(second);
    await bed.poll();
    expect(await bed.served()).toBe(first.serial);
    expect(switches(bed)).toEqual(["rolled-back"]);
    expect(bed.reportedFaults()).toMatchObject([
      { code: "handshake-failed", fault: expect.stringMatching(/showed another chain/) },
    ]);
  });
});

describe("CertificateReloader with connections of the old certificate", () => {
  const get = (bed: TlsBed, agent: Agent): Promise<{ connection: string | undefined; socket: unknown }> =>
    new Promise((resolve, reject) => {
      const call = request({
        host: "127.0.0.1",
        port: bed.server.port,
        servername: HOST,
        rejectUnauthorized: false,
        agent,
      });
      call.once("response", (response) => {
        const { socket } = response;
        response.resume();
        response.once("end", () => resolve({ connection: response.headers.connection, socket }));
      });
      call.once("error", reject);
      call.end();
    });

  it("closes an http/1.1 connection with its next answer, so that the next call uses the new certificate", async () => {
    const { bed, folder } = await start({ drainMs: patience(30_000) });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    ends.push(() => agent.destroy());
    expect((await get(bed, agent)).connection).toBe("keep-alive");
    folder.write(second);
    await bed.poll();
    expect((await get(bed, agent)).connection).toBe("close");
    const fresh = await get(bed, agent);
    expect(fresh.connection).toBe("keep-alive");
  });

  it("closes an idle http/1.1 connection at the end of the drain time", async () => {
    const { bed, folder } = await start({ drainMs: 300 });
    const socket = await bed.connect();
    let closed = false;
    socket.resume().once("close", () => {
      closed = true;
    });
    folder.write(second);
    await bed.poll();
    expect(closed).toBe(false);
    await once(socket, "close");
    const other = await bed.connect();
    await new Promise((resolve) => setTimeout(resolve, scaled(500)));
    expect(other.destroyed).toBe(false);
    other.destroy();
  });

  it("closes connections at the end of their certificate, also before the end of the drain time", async () => {
    const { bed, folder } = await start({ drainMs: 3_600_000 });
    const socket = await bed.connect();
    const gone = once(socket.resume(), "close");
    folder.write(await makePair({ notAfter: NOW + 400 * DAY }));
    bed.now = NOW + 30 * DAY - 200;
    await bed.poll();
    await gone;
  });

  it.each(["http/1.1", "h2"])("finishes an open call over %s", async (protocol) => {
    const taken = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    const { bed, folder } = await start({
      drainMs: 0,
      fetch: async () => {
        taken.resolve();
        await finish.promise;
        return new Response("done");
      },
    });
    const session = connectH2(`https://127.0.0.1:${bed.server.port}`, { servername: HOST, rejectUnauthorized: false });
    ends.push(() => session.destroy());
    const answer =
      protocol === "h2"
        ? new Promise<string>((resolve, reject) => {
            const stream = session.request({ ":path": "/" });
            stream.setEncoding("utf8").once("data", resolve).once("error", reject);
          })
        : get(bed, new Agent()).then(() => "done");
    await taken.promise;
    const idle = await bed.connect();
    const idleGone = once(idle.resume(), "close");
    folder.write(second);
    await bed.poll();
    await idleGone;
    finish.resolve();
    expect(await answer).toBe("done");
  });

  it("sends GOAWAY with the next answer on an h2 session, and closes it afterwards", async () => {
    const { bed, folder } = await start({ drainMs: patience(30_000) });
    const session = connectH2(`https://127.0.0.1:${bed.server.port}`, { servername: HOST, rejectUnauthorized: false });
    await once(session, "connect");
    folder.write(second);
    await bed.poll();
    const goaway = once(session, "goaway");
    const closed = once(session, "close");
    const stream = session.request({ ":path": "/" });
    const [headers] = await once(stream.resume(), "response");
    expect(headers[":status"]).toBe(200);
    expect((await goaway).slice(0, 2)).toEqual([0, stream.id]);
    await closed;
  });

  it("closes an idle h2 session at the end of the drain time", async () => {
    const { bed, folder } = await start({ drainMs: 300 });
    const session = connectH2(`https://127.0.0.1:${bed.server.port}`, { servername: HOST, rejectUnauthorized: false });
    await once(session, "connect");
    const closed = once(session, "close");
    folder.write(second);
    await bed.poll();
    expect(session.closed).toBe(false);
    await closed;
  });

  it.each(["TLSv1.2", "TLSv1.3"] as const)("does not resume %s sessions of the old certificate", async (version) => {
    const { bed, folder } = await start();
    const versions = { minVersion: version, maxVersion: version } as const;
    const opened = await bed.connect(versions);
    const session = await sessionOf(opened);
    const again = await bed.connect({ ...versions, session });
    expect(again.isSessionReused()).toBe(true);
    again.destroy();
    folder.write(second);
    await bed.poll();
    const after = await bed.connect({ ...versions, session });
    expect(after.isSessionReused()).toBe(false);
    expect(after.getPeerX509Certificate()?.serialNumber.toLowerCase().replace(/^0+/, "")).toBe(second.serial);
    const later = await bed.connect({ ...versions, session: await sessionOf(after) });
    expect(later.isSessionReused()).toBe(true);
    for (const socket of [opened, after, later]) socket.destroy();
  });

  async function sessionOf(socket: TLSSocket): Promise<Buffer> {
    if (socket.getProtocol() === "TLSv1.2") return socket.getSession() ?? Buffer.alloc(0);
    const [session] = await once(socket, "session");
    return session;
  }
});

describe("CertificateReloader.load", () => {
  const load = (folder: PairFolder, options: Partial<TlsBedOptions> = {}): Promise<unknown> =>
    TlsBed.start({ main: folder.paths("main"), standby: folder.paths("standby"), ...options }).then((bed) => {
      ends.push(() => bed.stop());
      return bed.served();
    });
  const filesOf = ({ cert, key }: TestPair): Record<string, string> => ({ "tls.crt": cert, "tls.key": key });

  it("serves the standby when main cannot be served", async () => {
    const folder = new PairFolder();
    ends.push(() => folder.remove());
    folder.swapVolume("standby", filesOf(second));
    expect(await load(folder)).toBe(second.serial);
  });

  it("throws the fault of main when neither can be served", async () => {
    const folder = new PairFolder();
    ends.push(() => folder.remove());
    folder.swapVolume("main", filesOf({ ...first, key: second.key }));
    await expect(load(folder)).rejects.toMatchObject({ name: "TlsError", code: "key-mismatch" });
  });

  it("warns about a world-readable key in plain files", async () => {
    const folder = new PairFolder();
    ends.push(() => folder.remove());
    folder.write(first);
    chmodSync(folder.paths().key, 0o644);
    const bed = await TlsBed.start({ main: folder.paths() });
    ends.push(() => bed.stop());
    expect(bed.log.lines.filter(({ level }) => level === "warn").map(({ properties }) => properties.warning)).toEqual([
      expect.stringMatching(/every user of this machine may read this key \(mode 0644\)/),
    ]);
  });

  it("serves a single leaf that the ca.crt of its Secret signed, as cert-manager's CA issuer writes it", async () => {
    const folder = new PairFolder();
    ends.push(() => folder.remove());
    const alone = first.cert.slice(0, first.cert.indexOf("-----END") + 26);
    const ca = first.cert.slice(alone.length);
    folder.swapVolume("main", { "tls.crt": alone, "tls.key": first.key, "ca.crt": ca });
    expect(await load(folder)).toBe(first.serial);
  });
});
