import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { bundleFunction } from "../../../infra/bundleFunction.ts";
import { WorkerdServer } from "../../functions/WorkerdServer.ts";
import { selfSignedPair } from "../../tls/selfSignedPair.ts";
import type { BenchSize } from "../BenchSize.ts";
import type { Figure } from "../Figure.ts";
import { measureRatio } from "../Ratio.ts";
import { LoadGenerator } from "./LoadGenerator.ts";

const path = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/**
 * Requests per second of the gate in workerd over TLS, compared with a Hono worker that only parses. Each has its own
 * workerd. Where the kernel says it, seconds are CPU time of the thread that runs the Worker: the thread is the limit of a
 * workerd that has a core, and other processes do not count.
 */
export async function workerdFigure(size: BenchSize): Promise<Figure> {
  const pair = await selfSignedPair();
  const { text: gateScript } = await bundleFunction("worker", path("benchGate.ts"));
  const gate = await WorkerdServer.start(gateScript, pair);
  const floor = await WorkerdServer.start(await bundleFloor(), pair);
  const load = await LoadGenerator.start(size);
  try {
    const answer = await load.warmUp(gate.port);
    if (!answer.includes('"allowed":true')) throw new Error(`unexpected answer of the gate: ${answer}`);
    await load.warmUp(floor.port);
    const rate = (server: WorkerdServer) => async (): Promise<number> => {
      const before = server.cpuSeconds();
      const { requests, seconds } = await load.send(server.port);
      const after = server.cpuSeconds();
      return requests / (before === undefined || after === undefined ? seconds : after - before);
    };
    return {
      name: "workerd",
      compared:
        "requests per second of CPU over TLS with keep-alive: gate with 20 policies, 8 match : " +
        `Hono worker that reads and JSON.parses the body (${load.name})`,
      ratio: await measureRatio(size.rounds, rate(gate), rate(floor)),
      unit: "/s",
      target: { atLeast: 0.85 },
    };
  } finally {
    await Promise.all([gate.stop(), floor.stop(), load.stop()]);
  }
}

async function bundleFloor(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [path("floorWorker.ts")],
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2023",
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["workerd", "worker", "browser"],
    write: false,
    logLevel: "silent",
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error("esbuild returned no file for floorWorker.ts");
  return file.text;
}
