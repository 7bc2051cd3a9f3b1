import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { bundleFunction } from "../../infra/bundleFunction.ts";
import { WorkerdServer } from "../functions/WorkerdServer.ts";
import { selfSignedPair } from "../tls/selfSignedPair.ts";
import type { BenchSize } from "./BenchSize.ts";
import type { Figure } from "./Figure.ts";
import { LoadGenerator } from "./LoadGenerator.ts";
import { measureRatio } from "./Ratio.ts";

const path = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** Requests that the gate answers in a second under workerd, over TLS, against a Hono worker that only parses. Each runs in a workerd of its own. */
export async function workerdFigure(size: BenchSize): Promise<Figure> {
  const pair = await selfSignedPair();
  const { text: gateScript } = await bundleFunction("worker", path("benchGate.ts"));
  const gate = await WorkerdServer.start(gateScript, pair);
  const floor = await WorkerdServer.start(await bundleFloor(), pair);
  const load = await LoadGenerator.start(size);
  try {
    const answer = await load.warmUp(gate.port);
    if (!answer.includes('"allowed":true')) throw new Error(`the gate's answer was not the one expected: ${answer}`);
    await load.warmUp(floor.port);
    const rate = (port: number) => async (): Promise<number> => {
      const { requests, seconds } = await load.send(port);
      return requests / seconds;
    };
    return {
      name: "workerd",
      compared:
        "requests a second over TLS with keep-alive: gate with 20 policies, 8 match : " +
        `Hono worker that reads and JSON.parses the body (${load.name})`,
      ratio: await measureRatio(size.rounds, rate(gate.port), rate(floor.port)),
      unit: "/s",
      aim: { atLeast: 0.9 },
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
  if (file === undefined) throw new Error("esbuild made no file of floorWorker.ts");
  return file.text;
}
