import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { loadPair } from "../../../src/tls/pair/loadPair.ts";
import { isRunning, PosternProcess } from "../../cli/PosternProcess.ts";
import { NginxServer } from "../../nginx/NginxServer.ts";
import { nginxBinary } from "../../nginx/nginxBinary.ts";
import { eventually } from "../../run/eventually.ts";
import { patience, scaled } from "../../run/speedFactor.ts";
import { PairFolder } from "../PairFolder.ts";
import type { TestPair } from "../testPki.ts";
import { pairOfNow, SidecarBed } from "./SidecarBed.ts";

const binary = await nginxBinary();
const HOUR_MS = 3_600_000;
/** A limit on the reference machine, in seconds as the options of the sidecar take it. */
const seconds = (limitMs: number): string => String(patience(limitMs) / 1000);

describe.skipIf(binary === undefined)(
  "tls-sidecar next to nginx (skipped without nginx: apt-get install nginx-light)",
  () => {
    let first: TestPair;
    let second: TestPair;
    let third: TestPair;
    let standby: TestPair;
    let rsa: TestPair;
    beforeAll(async () => {
      first = await pairOfNow();
      [second, third, standby, rsa] = await Promise.all([
        pairOfNow({ key: "p256-c" }),
        pairOfNow(),
        pairOfNow({ key: "p256-c" }),
        pairOfNow({ key: "rsa" }),
      ]);
    });

    const ends: (() => Promise<void> | void)[] = [];
    afterEach(async () => {
      for (const end of ends.splice(0).reverse()) await end();
    });

    async function bedOf(more?: string): Promise<SidecarBed> {
      const bed = await SidecarBed.create(binary ?? "", more);
      ends.push(() => bed.stop());
      bed.swap("main", first);
      bed.swap("standby", standby);
      return bed;
    }

    /** Starts both. Nginx then serves the first pair. */
    async function running(more?: string, args?: (bed: SidecarBed) => readonly string[]): Promise<SidecarBed> {
      const bed = await bedOf(more);
      bed.startSidecar(args?.(bed) ?? [...signal(bed), ...bed.check, "--check-timeout", seconds(2_000)]);
      await bed.sidecar.says(/"code":"target-down"/);
      await bed.nginx.start();
      await bed.ready();
      return bed;
    }

    const signal = (bed: SidecarBed): readonly string[] => [
      "--reload-signal",
      "SIGHUP",
      "--pid-file",
      bed.nginx.pidFile,
    ];
    const command = (bed: SidecarBed): readonly string[] => ["--reload-command", bed.nginx.reloadCommand];
    const reloadCount = (metrics: string, result = "triggered"): number =>
      Number(new RegExp(`postern_tls_reloads_total\\{result="${result}"\\} (\\d+)`).exec(metrics)?.[1] ?? 0);

    describe.each(["signal", "command", "url"] as const)("with a reload by %s", (method) => {
      it("starts before nginx, switches, takes back, repeats, and switches to the standby and back", async () => {
        const bed = await bedOf();
        const args = {
          signal: () => signal(bed),
          command: () => command(bed),
          url: async () => ["--reload-url", await reloadEndpoint(bed)],
        };
        bed.startSidecar([...(await args[method]()), ...bed.check]);
        await bed.sidecar.says(/"code":"target-down"/);
        expect(await bed.status()).toMatchObject({
          ready: 503,
          reason: "no check has confirmed the certificate of the server",
        });
        await bed.nginx.start();
        expect(await bed.nginx.served()).toBe(first.serial);
        await bed.ready();
        expect(bed.sidecar.out.match(/"code":"target-down","fault"/g)).toHaveLength(1);

        bed.swap("main", second);
        await bed.serves(second);
        await bed.sidecar.says(/"result":"switched"/);
        bed.sidecar.signal("SIGUSR2");
        await bed.serves(first);
        await bed.sidecar.says(/"result":"taken-back"/);
        bed.sidecar.signal("SIGHUP");
        await bed.serves(second);
        await bed.logged('"result":"switched"', 2);

        bed.swap("main", { ...second, key: first.key });
        await bed.serves(standby);
        await bed.logged('"result":"switched"', 3);
        bed.swap("main", third);
        await bed.serves(third);
        await bed.logged('"result":"switched"', 4);
        expect((await bed.status()).metrics).toMatch(/postern_tls_rotations_total\{result="switched"\} 4\n/);
        bed.sidecar.signal("SIGTERM");
        expect(await bed.sidecar.exit()).toBe(0);
        for (const { key } of [first, second, third, standby])
          expect(bed.sidecar.out + bed.sidecar.err).not.toContain(key.split("\n")[1]);
      });
    });

    /** A reload endpoint, as a container next to nginx may provide. */
    async function reloadEndpoint({ nginx }: SidecarBed): Promise<string> {
      const server = createServer((request, response) => {
        const pid = Number(readPid(nginx.pidFile));
        if (request.method === "POST") process.kill(pid, "SIGHUP");
        response.writeHead(request.method === "POST" ? 202 : 405).end();
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      ends.push(() => {
        server.closeAllConnections();
        server.close();
      });
      const address = server.address();
      return `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}/reload`;
    }

    it("rolls back a pair that fails nginx's handshakes, reports it once, and does not try it again", async () => {
      const bed = await running("ssl_protocols TLSv1.2; ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256;");
      bed.swap("main", rsa);
      await bed.sidecar.says(/"result":"rolled-back"/);
      await bed.serves(first);
      expect(bed.sidecar.out).toMatch(/"code":"handshake-failed","fault":"serial [0-9a-f]+: 127\.0\.0\.1:\d+ /);
      // The decision table counts the rejected main pair as unloadable, and chooses the standby.
      await bed.serves(standby);
      await bed.ready();
      const { metrics } = await bed.status();
      await bed.polled();
      await bed.polled();
      expect(reloadCount((await bed.status()).metrics)).toBe(reloadCount(metrics));
      expect(bed.sidecar.out.match(/"result":"rolled-back"/g)).toHaveLength(1);
      bed.swap("main", third);
      await bed.serves(third);
      await bed.ready();
    });

    it("keeps the last good pair after a failed or hanging reload, and tries again after SIGHUP or changed files", async () => {
      const script = (bed: SidecarBed): string =>
        `sh -c "test -e ${bed.nginx.folder}/hang && sleep 987; test -e ${bed.nginx.folder}/fail && echo out of order >&2 && exit 3; ${bed.nginx.reloadCommand}"`;
      const limit = seconds(1_000);
      const bed = await running(undefined, (it) => [
        ...["--reload-command", script(it), ...it.check],
        ...["--reload-timeout", limit],
      ]);
      const flag = (name: string): string => `${bed.nginx.folder}/${name}`;
      writeFileSync(flag("fail"), "");
      bed.source.swapVolume("standby", { "tls.crt": "", "tls.key": "" });
      bed.swap("main", second);
      await bed.sidecar.says(/"code":"reload-failed","fault":"serial [0-9a-f]+: sh: exit code 3: out of order"/);
      expect(await bed.nginx.served()).toBe(first.serial);
      expect((await loadPair({ cert: `${bed.out}/tls.crt`, key: `${bed.out}/tls.key` })).leaf.serial).toBe(
        first.serial,
      );
      rmSync(flag("fail"));
      bed.sidecar.signal("SIGHUP");
      await bed.serves(second);
      await bed.ready();
      writeFileSync(flag("hang"), "");
      bed.swap("main", third);
      await bed.logged(`: sh: did not end within ${limit} s"`, 1);
      expect(await bed.nginx.served()).toBe(second.serial);
      await bed.logged('"result":"rolled-back"', 2);
      for (const pid of bed.sidecar.children()) expect(isRunning(pid)).toBe(false);
      rmSync(flag("hang"));
      bed.swap("main", await pairOfNow({ key: "p256-c" }));
      await bed.logged('"result":"switched"', 2);
      await bed.ready();
    });

    it("reloads nginx when it is back after a stop, without rejecting the certificate", async () => {
      const bed = await running();
      await bed.nginx.stop();
      bed.swap("main", second);
      await bed.logged('"code":"target-down","fault"', 2);
      await bed.nginx.start();
      await bed.serves(second);
      await bed.sidecar.says(/"result":"switched"/);
      await bed.ready();
    });

    it("triggers no reload after a restart, and completes an interrupted change after a kill", async () => {
      const bed = await running();
      bed.swap("main", second);
      await bed.serves(second);
      await bed.sidecar.says(/"result":"switched"/);
      const before = bed.nginx.reloads();
      await bed.killSidecar();
      bed.startSidecar();
      await bed.ready();
      expect([bed.nginx.reloads(), reloadCount((await bed.status()).metrics)]).toEqual([before, 0]);
      expect(bed.sidecar.out).toContain('"result":"confirmed"');

      // The sidecar is killed after it wrote the new pair and before nginx reloads.
      await bed.killSidecar();
      bed.startSidecar(["--reload-command", "sleep 60", ...bed.check]);
      await bed.ready();
      bed.swap("main", third);
      const writtenSerial = async (): Promise<string> =>
        (await loadPair({ cert: `${bed.out}/tls.crt`, key: `${bed.out}/tls.key` })).leaf.serial;
      await eventually("the new pair to be written", async () =>
        (await writtenSerial()) === third.serial ? true : undefined,
      );
      await bed.killSidecar();
      expect(await bed.nginx.served()).toBe(second.serial);
      bed.startSidecar([...signal(bed), ...bed.check]);
      await bed.serves(third);
      await bed.ready();
    });

    it.each(["signal", "command"] as const)(
      "without --check, a reload by %s counts as a success and is triggered once",
      async (method) => {
        const bed = await bedOf();
        bed.startSidecar(method === "signal" ? signal(bed) : command(bed));
        await bed.logged('"code":"target-down","fault"', 1);
        expect(await bed.status()).toMatchObject({ ready: 503 });
        await bed.nginx.start();
        await bed.ready();
        bed.swap("main", second);
        await bed.serves(second);
        await bed.logged('"result":"switched"', 1);
        await bed.killSidecar();
        bed.startSidecar();
        await bed.ready();
        expect(reloadCount((await bed.status()).metrics)).toBe(0);
      },
    );

    it("reports once that the server serves another certificate, and is not ready", async () => {
      const bed = await bedOf();
      const elsewhere = new PairFolder();
      ends.push(() => elsewhere.remove());
      elsewhere.write(third);
      const nginx = await NginxServer.create({ binary: binary ?? "", ...elsewhere.paths() });
      ends.push(() => nginx.remove());
      await nginx.start();
      const limit = seconds(500);
      const check = ["--check", `127.0.0.1:${nginx.port}`, "--check-timeout", limit];
      bed.source.swapVolume("standby", { "tls.crt": "", "tls.key": "" });
      bed.startSidecar(["--reload-signal", "SIGHUP", "--pid-file", nginx.pidFile, ...check]);
      await bed.logged('"result":"not-confirmed"', 1);
      await bed.polled();
      await bed.polled();
      expect(bed.sidecar.out.split('"result":"not-confirmed"')).toHaveLength(2);
      expect(bed.sidecar.out).toContain(`serves serial ${third.serial}, ${limit} s after the reload`);
      expect(await bed.status()).toMatchObject({
        ready: 503,
        reason: "no check has confirmed the certificate of the server",
      });
      expect(nginx.reloads()).toBe(1);
    });

    it("keeps the last good pair after a restart while no pair can be served, and reports both faults", async () => {
      const bed = await running();
      await bed.killSidecar();
      bed.swap("main", { ...first, key: second.key });
      bed.source.swapVolume("standby", { "tls.crt": "", "tls.key": "" });
      bed.startSidecar();
      await bed.ready();
      expect(await bed.nginx.served()).toBe(first.serial);
      await bed.logged('"slot":"main","code":"key-mismatch"', 1);
      await bed.logged('"slot":"standby","code":"empty"', 1);
      bed.swap("main", second);
      await bed.serves(second);
    });

    it("leaves a complete pair for nginx, killed at any moment", async () => {
      const bed = await running();
      let broken: unknown;
      let reading = true;
      const paths = { cert: `${bed.out}/tls.crt`, key: `${bed.out}/tls.key` };
      const reader = (async () => {
        while (reading) {
          const { leaf, keyFingerprint } = await loadPair(paths);
          if (leaf.publicKeyFingerprint !== keyFingerprint) throw new Error("the key belongs to another pair");
          await sleep(2);
        }
      })().catch((error: unknown) => {
        broken = error;
      });
      for (let kills = 0; kills < 8; kills += 1) {
        bed.swap("main", kills % 2 === 0 ? second : first);
        await sleep(scaled(40 + Math.random() * 60));
        await bed.killSidecar();
        bed.startSidecar();
        await bed.status();
      }
      bed.swap("main", third);
      await bed.serves(third);
      await bed.ready();
      reading = false;
      await reader;
      expect(broken).toBeUndefined();
      expect(readdirSync(bed.out).filter((name) => /^\.\.(main|standby)-/.test(name)).length).toBeLessThanOrEqual(2);
    });

    it("completes 20 rotations without a failed handshake", async () => {
      const bed = await running(undefined, (it) => [...signal(it), ...it.check]);
      const failures: string[] = [];
      const versions = ["TLSv1.2", "TLSv1.3", "TLSv1.3"] as const;
      /** Serials by TLS version. */
      const serials = { "TLSv1.2": new Set<string>(), "TLSv1.3": new Set<string>() };
      let stopped = false;
      ends.push(() => {
        stopped = true;
      });
      const client = async (version: "TLSv1.2" | "TLSv1.3"): Promise<void> => {
        while (!stopped) {
          const seen = await bed.nginx.handshake(version);
          if (!seen.ok) failures.push(seen.message);
          else if (!seen.finished) failures.push("not finished");
          else serials[version].add(seen.chain[0]?.serial ?? "");
        }
      };
      const clients = versions.map(client);
      const served = ({ serial }: TestPair): Promise<unknown> =>
        eventually(`handshakes with ${serial}, for each version`, () =>
          failures.length > 0 || versions.every((version) => serials[version].has(serial)) ? true : undefined,
        );
      await served(first);
      for (let at = 1; at <= 20; at += 1) {
        const pair = await pairOfNow({ key: at % 2 === 0 ? "p256" : "p256-c" });
        bed.swap("main", pair);
        await bed.logged('"result":"switched"', at);
        await served(pair);
      }
      stopped = true;
      await Promise.all(clients);
      expect(failures).toEqual([]);
      expect(versions.map((version) => serials[version].size)).toEqual([21, 21, 21]);
      expect(bed.nginx.reloads()).toBe(20);
    });

    it("writes the pair with its key mode and exits with --once, without a reload", async () => {
      const bed = await bedOf();
      bed.sidecar = new PosternProcess(["tls-sidecar", ...bed.paths, "--once", "--key-mode", "0640"], bed.source.path);
      expect(await bed.sidecar.exit()).toBe(0);
      expect(bed.sidecar.out).toMatch(/"message":"certificate written".*"slot":"main"/);
      expect(statSync(`${bed.out}/tls.key`).mode & 0o777).toBe(0o640);
      await bed.nginx.start();
      expect(await bed.nginx.served()).toBe(first.serial);
      bed.startSidecar([...signal(bed), ...bed.check]);
      await bed.ready();
      expect(bed.nginx.reloads()).toBe(0);
    });

    it.each([
      ["main and standby valid", "valid", "valid", false, "main"],
      ["main valid, standby unloadable", "valid", "broken", false, "main"],
      ["main valid and being renewed, standby valid", "valid", "valid", true, "before"],
      ["main half-written and being renewed, standby valid", "broken", "valid", true, "before"],
      ["main expired, standby valid", "ended", "valid", false, "standby"],
      ["main unloadable, standby valid", "broken", "valid", false, "standby"],
      ["main not yet valid, standby valid", "future", "valid", false, "standby"],
      ["neither valid", "ended", "broken", false, "before"],
    ] as const)("follows the decision table with %s", async (_what, main, other, renewing, expected) => {
      const bed = await bedOf();
      const renewingFile = `${bed.source.path}/pod/renewing`;
      bed.source.swapVolume("pod", { renewing: "false" });
      bed.env = { POSTERN_RENEWING_FILE: renewingFile };
      bed.startSidecar([...signal(bed), ...bed.check]);
      await bed.sidecar.says(/"code":"target-down"/);
      await bed.nginx.start();
      await bed.ready();
      const lives = {
        valid: {},
        broken: {},
        ended: { notBefore: Date.now() - 2 * HOUR_MS, notAfter: Date.now() - HOUR_MS },
        future: { notBefore: Date.now() + HOUR_MS, notAfter: Date.now() + 2 * HOUR_MS },
      };
      const [newMain, newStandby] = await Promise.all([
        pairOfNow(lives[main]),
        pairOfNow({ ...lives[other], key: "p256-c" }),
      ]);
      const cut = (pair: TestPair, how: string): TestPair =>
        how === "broken" ? { ...pair, cert: pair.cert.slice(0, 400) } : pair;
      // The sidecar watches each folder separately, so that the renewing file must change first.
      bed.source.swapVolume("pod", { renewing: String(renewing) });
      await bed.polled();
      bed.swap("standby", cut(newStandby, other));
      await bed.polled();
      bed.swap("main", cut(newMain, main));
      await bed.polled();
      await bed.polled();
      await bed.serves({ before: first, main: newMain, standby: newStandby }[expected]);
    });
  },
);

function readPid(path: string): string {
  return readFileSync(path, "utf8").trim();
}
