import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createServer } from "node:tls";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { eventually } from "../../run/eventually.ts";
import { patience } from "../../run/speedFactor.ts";
import { PairFolder } from "../../tls/PairFolder.ts";
import { pairOfNow } from "../../tls/sidecar/SidecarBed.ts";
import type { TestPair } from "../../tls/testPki.ts";
import { PosternProcess } from "../PosternProcess.ts";

let first: TestPair;
let second: TestPair;
let third: TestPair;
beforeAll(async () => {
  [first, second, third] = await Promise.all([pairOfNow(), pairOfNow({ key: "p256-c" }), pairOfNow()]);
});

let source: PairFolder;
const ends: (() => Promise<unknown> | unknown)[] = [];
beforeEach(() => {
  source = new PairFolder();
  source.swapVolume("tls", files(first));
  ends.push(() => source.remove());
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const files = ({ cert, key }: TestPair): Record<string, string> => ({ "tls.crt": cert, "tls.key": key });

function start(...args: string[]): PosternProcess {
  const { cert, key } = source.paths("tls");
  const all = ["tls-sidecar", "--cert", cert, "--key", key, "--out", join(source.path, "out"), ...args];
  const sidecar = new PosternProcess(all, source.path, { POSTERN_TLS_POLL_SECONDS: "0.05" });
  ends.push(async () => {
    sidecar.kill();
    await sidecar.ended;
  });
  return sidecar;
}

describe("postern tls-sidecar as a process", () => {
  it(
    "without --metrics-port and --check runs until SIGTERM, and follows the files",
    async () => {
      const sidecar = start("--reload-command", "true");
      await sidecar.says(/"result":"confirmed"/);
      for (const [pair, times] of [
        [second, 1],
        [third, 2],
      ] as const) {
        source.swapVolume("tls", files(pair));
        await eventually("a switch", () =>
          sidecar.out.split('"result":"switched"').length > times ? true : undefined,
        );
        expect(readFileSync(join(source.path, "out", "tls.crt"), "utf8")).toBe(pair.cert);
      }
      sidecar.signal("SIGTERM");
      expect([await sidecar.exit(), sidecar.err]).toEqual([0, ""]);
    },
    patience(60_000),
  );

  it(
    "tells a server that serves another certificate to reload a few times, also after a restart, and then looks",
    async () => {
      const server = createServer(third, (socket) => socket.on("error", () => undefined).end());
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      ends.push(() => server.close());
      const address = server.address();
      const port = typeof address === "object" ? address?.port : 0;
      const told = (): number => readFileSync(join(source.path, "told"), "utf8").length;
      const sidecar = (): PosternProcess =>
        start(
          ...["--reload-command", `sh -c "printf x >> ${source.path}/told"`, "--check", `127.0.0.1:${port}`],
          ...["--check-timeout", "0.1", "--metrics-port", "0"],
        );
      /** Waits until it has looked at the server this often, after the reloads. */
      const looked = async (process: PosternProcess, times: number): Promise<void> => {
        const [, metricsPort] = await process.says(/"metricsPort":(\d+)/);
        await eventually("looks at the server", async () => {
          const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
          const [, looks] = /rotation_phase_seconds_count\{phase="look"\} (\d+)/.exec(metrics) ?? [];
          return Number(looks) >= times ? true : undefined;
        });
      };
      const one = sidecar();
      await looked(one, 3);
      source.swapVolume("tls", files(second));
      await eventually("the second certificate", () =>
        one.out.split('"result":"not-confirmed"').length === 3 ? true : undefined,
      );
      await looked(one, 8);
      // Attempts for the same certificate are at least 30 s apart.
      const before = told();
      expect(before).toBeLessThanOrEqual(4);
      one.signal("SIGTERM");
      expect(await one.exit()).toBe(0);
      const two = sidecar();
      await looked(two, 5);
      expect(told() - before).toBeLessThanOrEqual(4);
      // The server serves it by now: no reload is needed.
      server.setSecureContext(second);
      await two.says(/"result":"confirmed"/);
    },
    patience(60_000),
  );
});
