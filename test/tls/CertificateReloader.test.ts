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

describe("a new pair", () => {
  it("serves from the next handshake on, by either TLS version; every phase is told with its time", async () => {
    const { bed, folder } = await start();
    folder.write(second);
    await bed.turn();
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

  it("may have another kind of key", async () => {
    const { bed, folder } = await start();
    folder.write(rsa);
    await bed.turn();
    expect([await bed.served("TLSv1.2", "rsa"), await bed.served("TLSv1.3", "rsa")]).toEqual([rsa.serial, rsa.serial]);
    folder.write(second);
    await bed.turn();
    expect(await bed.served()).toBe(second.serial);
  });

  it.each([undefined, "0.0.0.0", "localhost"])("is checked where the server listens on %s", async (hostname) => {
    const { bed, folder } = await start({ hostname });
    folder.write(second);
    await bed.turn();
    expect(bed.complaints()).toEqual([]);
    expect(bed.reloader.status().serial).toBe(second.serial);
  });

  it.each(["watch", "poll", "SIGHUP"] as const)("is noticed by %s", async (cause) => {
    const { bed, folder } = await start(cause === "poll" ? { pollMs: scaled(50) } : {});
    folder.write(second);
    if (cause === "SIGHUP") process.emit("SIGHUP");
    await vi.waitFor(async () => expect(await bed.served()).toBe(second.serial), { timeout: patience(10_000) });
  });

  it("is found in a Secret's volume however often that is swapped", async () => {
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
    expect(bed.complaints()).toEqual([]);
    // The kubelet's files are 0644 by default, and nobody is to be bothered with that.
    expect(bed.log.lines.filter(({ level }) => level !== "info")).toEqual([]);
  });
});

describe("SIGUSR2", () => {
  it("goes back to the pair before, and stays there until the files change", async () => {
    const { bed, folder } = await start();
    folder.write(second);
    await bed.turn();
    process.emit("SIGUSR2");
    await bed.settled();
    expect(await bed.served()).toBe(first.serial);
    for (let turn = 0; turn < 3; turn += 1) await bed.turn();
    expect(await bed.served()).toBe(first.serial);
    const third = await makePair();
    folder.write(third);
    await bed.turn();
    expect(await bed.served()).toBe(third.serial);
    expect(switches(bed)).toEqual(["switched", "taken-back", "switched"]);
  });

  it("says so when there is nothing to go back to, and changes nothing", async () => {
    const { bed } = await start();
    process.emit("SIGUSR2");
    await bed.settled();
    expect(await bed.served()).toBe(first.serial);
    expect(bed.log.lines.at(-1)).toMatchObject({
      message: "certificate not taken back",
      properties: { why: "there is no previous certificate to go back to" },
    });
  });

  it("does not go back to what has ended", async () => {
    const { bed, folder } = await start();
    folder.write(await makePair({ notAfter: NOW + 400 * DAY }));
    await bed.turn();
    bed.now += 31 * DAY;
    const serial = await bed.served();
    process.emit("SIGUSR2");
    await bed.settled();
    expect(await bed.served()).toBe(serial);
    expect(JSON.stringify(bed.log.lines.at(-1))).toContain("the previous certificate ended at");
  });

  it("is taken back by SIGHUP", async () => {
    const { bed, folder } = await start();
    folder.write(second);
    await bed.turn();
    process.emit("SIGUSR2");
    await bed.settled();
    process.emit("SIGHUP");
    await bed.settled();
    expect(await bed.served()).toBe(second.serial);
  });
});

describe("a pair that does not carry", () => {
  it("is rolled back, said once, and not tried again", async () => {
    let broken = false;
    const calls: string[] = [];
    const selfTest = {
      path: "/self",
      body: "{}",
      judge: (status: number, text: string): string | undefined => {
        calls.push(`${status} ${text}`);
        return broken ? "it was answered strangely" : undefined;
      },
    };
    const { bed, folder } = await start({ selfTest });
    broken = true;
    folder.write(second);
    for (let turn = 0; turn < 3; turn += 1) await bed.turn();
    expect(await bed.served()).toBe(first.serial);
    // Three attempts, for one certificate.
    expect(calls).toEqual(Array(3).fill("200 answered"));
    expect(switches(bed)).toEqual(["rolled-back"]);
    expect(bed.complaints()).toHaveLength(1);
    expect(bed.reloader.status().faults).toMatchObject([{ slot: "main", code: "self-test-failed" }]);
    broken = false;
    folder.write(rsa);
    await bed.turn();
    expect(await bed.served("TLSv1.3", "rsa")).toBe(rsa.serial);
  });

  it("is rolled back when a handshake brings something else", async () => {
    const { bed, folder } = await start();
    const replace = bed.server.replaceCertificate;
    let swaps = 0;
    // A server that says that it swapped, and did not.
    vi.spyOn(bed.server, "replaceCertificate").mockImplementation((pair) => {
      swaps += 1;
      if (swaps !== 1) replace(pair);
    });
    folder.write(second);
    await bed.turn();
    expect(await bed.served()).toBe(first.serial);
    expect(switches(bed)).toEqual(["rolled-back"]);
    expect(bed.complaints()).toMatchObject([
      { code: "handshake-failed", fault: expect.stringMatching(/brought another chain/) },
    ]);
  });
});

describe("connections of the old certificate", () => {
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

  it("http/1.1: the next answer closes it, and the next call meets the new certificate", async () => {
    const { bed, folder } = await start({ drainMs: patience(30_000) });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    ends.push(() => agent.destroy());
    expect((await get(bed, agent)).connection).toBe("keep-alive");
    folder.write(second);
    await bed.turn();
    expect((await get(bed, agent)).connection).toBe("close");
    const fresh = await get(bed, agent);
    expect(fresh.connection).toBe("keep-alive");
  });

  it("http/1.1: an idle one is left alone until the drain is over, then closed", async () => {
    const { bed, folder } = await start({ drainMs: 300 });
    const socket = await bed.connect();
    let closed = false;
    socket.resume().once("close", () => {
      closed = true;
    });
    folder.write(second);
    await bed.turn();
    expect(closed).toBe(false);
    await once(socket, "close");
    const other = await bed.connect();
    await new Promise((resolve) => setTimeout(resolve, scaled(500)));
    expect(other.destroyed).toBe(false);
    other.destroy();
  });

  it("are closed at the end of their certificate, however long the drain may last", async () => {
    const { bed, folder } = await start({ drainMs: 3_600_000 });
    const socket = await bed.connect();
    const gone = once(socket.resume(), "close");
    folder.write(await makePair({ notAfter: NOW + 400 * DAY }));
    bed.now = NOW + 30 * DAY - 200;
    await bed.turn();
    await gone;
  });

  it.each(["http/1.1", "h2"])("%s: a call under way is finished", async (protocol) => {
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
    await bed.turn();
    await idleGone;
    finish.resolve();
    expect(await answer).toBe("done");
  });

  it("h2: is told with the next answer to open no further streams, and closes after it", async () => {
    const { bed, folder } = await start({ drainMs: patience(30_000) });
    const session = connectH2(`https://127.0.0.1:${bed.server.port}`, { servername: HOST, rejectUnauthorized: false });
    await once(session, "connect");
    folder.write(second);
    await bed.turn();
    const told = once(session, "goaway");
    const closed = once(session, "close");
    const stream = session.request({ ":path": "/" });
    const [headers] = await once(stream.resume(), "response");
    expect(headers[":status"]).toBe(200);
    expect((await told).slice(0, 2)).toEqual([0, stream.id]);
    await closed;
  });

  it("h2: an idle one is left alone until the drain is over, then closed", async () => {
    const { bed, folder } = await start({ drainMs: 300 });
    const session = connectH2(`https://127.0.0.1:${bed.server.port}`, { servername: HOST, rejectUnauthorized: false });
    await once(session, "connect");
    const closed = once(session, "close");
    folder.write(second);
    await bed.turn();
    expect(session.closed).toBe(false);
    await closed;
  });

  it.each(["TLSv1.2", "TLSv1.3"] as const)("%s sessions are not resumed with the new one", async (version) => {
    const { bed, folder } = await start();
    const versions = { minVersion: version, maxVersion: version } as const;
    const opened = await bed.connect(versions);
    const session = await sessionOf(opened);
    const again = await bed.connect({ ...versions, session });
    expect(again.isSessionReused()).toBe(true);
    again.destroy();
    folder.write(second);
    await bed.turn();
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

describe("at the start", () => {
  const load = (folder: PairFolder, options: Partial<TlsBedOptions> = {}): Promise<unknown> =>
    TlsBed.start({ main: folder.paths("main"), standby: folder.paths("standby"), ...options }).then((bed) => {
      ends.push(() => bed.stop());
      return bed.served();
    });
  const filesOf = ({ cert, key }: TestPair): Record<string, string> => ({ "tls.crt": cert, "tls.key": key });

  it("the standby serves when main cannot", async () => {
    const folder = new PairFolder();
    ends.push(() => folder.remove());
    folder.swapVolume("standby", filesOf(second));
    expect(await load(folder)).toBe(second.serial);
  });

  it("neither can be served: the fault of main is thrown", async () => {
    const folder = new PairFolder();
    ends.push(() => folder.remove());
    folder.swapVolume("main", filesOf({ ...first, key: second.key }));
    await expect(load(folder)).rejects.toMatchObject({ name: "TlsError", code: "key-mismatch" });
  });

  it("a key that everybody may read is a warning, for plain files", async () => {
    const folder = new PairFolder();
    ends.push(() => folder.remove());
    folder.write(first);
    chmodSync(folder.paths().key, 0o644);
    const bed = await TlsBed.start({ main: folder.paths() });
    ends.push(() => bed.stop());
    expect(bed.log.lines.filter(({ level }) => level === "warn").map(({ properties }) => properties.warning)).toEqual([
      expect.stringMatching(/everybody on this machine may read this key \(mode 0644\)/),
    ]);
  });

  it("a leaf alone is served when the Secret's ca.crt signed it, as cert-manager's CA issuer leaves it", async () => {
    const folder = new PairFolder();
    ends.push(() => folder.remove());
    const alone = first.cert.slice(0, first.cert.indexOf("-----END") + 26);
    const ca = first.cert.slice(alone.length);
    folder.swapVolume("main", { "tls.crt": alone, "tls.key": first.key, "ca.crt": ca });
    expect(await load(folder)).toBe(first.serial);
  });
});
