import { request } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { TLSSocket } from "node:tls";
import { afterAll, describe, expect, it } from "vitest";
import { parseCertificate, pemBlock } from "../../../src/trust/x509/parseCertificate.ts";
import { PosternProcess } from "../../cli/PosternProcess.ts";
import { nginxBinary } from "../../nginx/nginxBinary.ts";
import { eventually } from "../../run/eventually.ts";
import { scaled } from "../../run/speedFactor.ts";
import { KEY_USE, makeCertificate, privateKeyPem } from "../../trust/makeCertificate.ts";
import { HOST } from "../testPki.ts";
import { pollSeconds, SidecarBed } from "./SidecarBed.ts";

/**
 * Certificates of 15 minutes, renewed after 5. A minute is scaled to 0.6 s on the reference machine. X.509 dates are in whole
 * seconds.
 */
const RENEW_MS = Math.ceil(scaled(3_000) / 1000) * 1000;
const LIFE_MS = 3 * RENEW_MS;
const RENEWALS = 6;
const HOUR_MS = 3_600_000;
const binary = await nginxBinary();

describe.skipIf(binary === undefined)(
  "short-lived certificates (skipped without nginx: apt-get install nginx-light)",
  () => {
    const ends: (() => Promise<void> | void)[] = [];
    afterAll(async () => {
      for (const end of ends.reverse()) await end();
    });

    it("cause no failed call and no expired certificate, in postern serve and in nginx with tls-sidecar", async () => {
      const bed = await SidecarBed.create(binary ?? "");
      ends.push(() => bed.stop());
      const times = { notBefore: Date.now() - HOUR_MS, notAfter: Date.now() + HOUR_MS };
      const root = pemBlock(
        await makeCertificate({ subject: "CN=CA", key: "p384", ca: true, keyUsage: KEY_USE.certSign, ...times }),
      );
      const renew = async (at: number): Promise<string> => {
        const key = at % 2 === 0 ? "p256" : "p256-c";
        const notBefore = Math.floor(Date.now() / 1000) * 1000;
        // The first one lasts until all processes have started.
        const life = { notBefore, notAfter: notBefore + (at === 0 ? HOUR_MS : LIFE_MS) };
        const leaf = await makeCertificate({
          subject: "CN=leaf",
          issuer: "CN=CA",
          key,
          signedBy: "p384",
          dns: [HOST],
          ...life,
        });
        bed.source.swapVolume("main", {
          "tls.crt": pemBlock(leaf),
          "tls.key": await privateKeyPem(key),
          "ca.crt": root,
        });
        return parseCertificate(leaf).serial;
      };
      const serials = [await renew(0)];
      const main = bed.source.paths("main");
      const gate = new URL("../../../functions/gate.ts", import.meta.url).pathname;
      const serve = new PosternProcess(
        ["serve", "--gate", gate, "--port", "0", "--host", "127.0.0.1", "--cert", main.cert, "--key", main.key],
        bed.source.path,
        { POSTERN_TLS_POLL_SECONDS: pollSeconds(), POSTERN_TLS_HOSTS: HOST },
      );
      ends.push(() => serve.kill());
      bed.startSidecar(["--reload-signal", "SIGHUP", "--pid-file", bed.nginx.pidFile, ...bed.check]);
      await bed.sidecar.says(/"code":"target-down"/);
      await bed.nginx.start();
      await bed.ready();
      const [, servePort] = await serve.says(/"message":"listening","port":(\d+),"protocol":"https"/);

      const failures: unknown[] = [];
      const seen = { serve: new Set<string>(), nginx: new Set<string>() };
      let stopped = false;
      ends.push(() => {
        stopped = true;
      });
      // A new connection for each call: an expired certificate would fail it.
      const call = (port: number, path: string, serials: Set<string>): Promise<void> =>
        new Promise((resolve) => {
          const options = { host: "127.0.0.1", port, path, servername: HOST, ca: root, agent: false };
          const sent = request({ ...options, headers: { host: HOST } }, (answer) => {
            const { socket } = answer;
            const serial = socket instanceof TLSSocket ? socket.getPeerX509Certificate()?.serialNumber : undefined;
            serials.add((serial ?? "").toLowerCase().replace(/^0+/, ""));
            if (answer.statusCode !== 200) failures.push(answer.statusCode);
            answer.resume().once("end", resolve);
          });
          sent.once("error", (error) => {
            failures.push(error);
            resolve();
          });
          sent.end();
        });
      const client = async (port: number, path: string, serials: Set<string>): Promise<void> => {
        for (; !stopped; await sleep(10)) await call(port, path, serials);
      };
      const clients = [
        client(Number(servePort), "/healthz", seen.serve),
        client(bed.nginx.port, "/", seen.nginx),
        client(bed.nginx.port, "/", seen.nginx),
      ];
      const switchesOf = ({ out }: PosternProcess): number => out.split('"result":"switched"').length - 1;
      for (let at = 1; at <= RENEWALS; at += 1) {
        const serial = await renew(at);
        serials.push(serial);
        await eventually(`answers of both servers with ${serial}`, () => {
          if (failures.length > 0) return true;
          const isSeen = seen.serve.has(serial) && seen.nginx.has(serial);
          return isSeen && switchesOf(serve) === at && switchesOf(bed.sidecar) === at ? true : undefined;
        });
        await sleep(RENEW_MS);
      }
      stopped = true;
      await Promise.all(clients);
      expect({ failures, serve: [...seen.serve], nginx: [...seen.nginx] }).toEqual({
        failures: [],
        serve: serials,
        nginx: serials,
      });
      expect([serve, bed.sidecar].map(switchesOf)).toEqual([RENEWALS, RENEWALS]);
      expect(bed.nginx.reloads()).toBe(RENEWALS);
    });
  },
);
