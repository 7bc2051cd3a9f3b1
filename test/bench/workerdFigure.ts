import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { bundleFunction } from "../../infra/bundleFunction.ts";
import type { BenchSize } from "./BenchSize.ts";
import type { Figure } from "./Figure.ts";
import { LoadGenerator } from "./LoadGenerator.ts";
import { measureRatio } from "./Ratio.ts";

const path = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/**
 * Requests that the gate answers in a second under workerd, against a Hono worker that only parses. Each runs in a
 * workerd of its own and is called on a socket that workerd itself listens on (`unsafeDirectSockets`), past the worker
 * that miniflare puts in front of its own port.
 */
export async function workerdFigure({ rounds, requests, warmUp }: BenchSize): Promise<Figure> {
  const { text: gateScript } = await bundleFunction("worker", path("benchGate.ts"));
  const gate = startWorkerd(gateScript);
  const floor = startWorkerd(await bundleFloor());
  const load = await LoadGenerator.start();
  try {
    const [gatePort, floorPort] = await Promise.all([directPort(gate), directPort(floor)]);
    const { answer } = await load.send({ port: gatePort, tls: false }, warmUp);
    if (!answer.includes('"allowed":true')) throw new Error(`the gate's answer was not the one expected: ${answer}`);
    await load.send({ port: floorPort, tls: false }, warmUp);
    const rate = (port: number) => async (): Promise<number> =>
      requests / (await load.send({ port, tls: false }, requests)).seconds;
    return {
      name: "workerd",
      compared: "requests a second: gate with 20 policies, 8 match : Hono worker that reads and JSON.parses the body",
      ratio: await measureRatio(rounds, rate(gatePort), rate(floorPort)),
      unit: "/s",
      aim: { atLeast: 0.9 },
    };
  } finally {
    await Promise.all([gate.dispose(), floor.dispose(), load.stop()]);
  }
}

function startWorkerd(script: string): Miniflare {
  return new Miniflare(
    convertV4MiniflareOptions({
      modules: true,
      script,
      compatibilityDate: "2026-10-01",
      host: "127.0.0.1",
      port: 0,
      unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
    }),
  );
}

async function directPort(miniflare: Miniflare): Promise<number> {
  return Number((await miniflare.unsafeGetDirectURL()).port);
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
