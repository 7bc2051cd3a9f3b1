import "../run/beginRun.ts";

import { parseArgs } from "node:util";
import { NGINX_HINT, nginxBinary } from "../nginx/nginxBinary.ts";
import { makeSeries, type SerialPair } from "../rotation/CertificateSeries.ts";
import { RotationLoad } from "../rotation/load/RotationLoad.ts";
import { HOST, PATH } from "../rotation/PosternServer.ts";
import { scaled, speedFactor } from "../run/speedFactor.ts";
import {
  type InterruptionFigure,
  interruptionFigure,
  printInterruptions,
  type RotationSpan,
} from "./rotation/InterruptionFigure.ts";
import type { RotatedServer } from "./rotation/RotatedServer.ts";
import { nginxVersion, startNginx } from "./rotation/startNginx.ts";
import { startRestarted } from "./rotation/startRestarted.ts";
import { startSwapped } from "./rotation/startSwapped.ts";

/** With a larger factor, the benchmark would take more than ten minutes. */
const MAX_FACTOR = 4;
/** More rotations on a slow machine, because it has fewer answers around each rotation. */
const scaledCount = (count: number): number => Math.ceil(count * Math.min(MAX_FACTOR, speedFactor()));
/** Number of rotations. */
const SIZES = {
  full: { restart: 20, reload: 40, swap: 80 },
  quick: { restart: scaledCount(2), reload: scaledCount(4), swap: scaledCount(6) },
} as const;
/** 200 requests per second on the reference machine, half of them on new connections. */
const SPACING = { newEveryMs: scaled(10), keptEveryMs: scaled(10) };
/** The time before the first rotation, in which code is compiled. */
const WARM_UP_MS = scaledCount(5_000);
/** The time between two rotations: more than a second around each, and as much without a rotation. */
const PAUSE_MS = 3_000;

interface Method {
  readonly name: string;
  readonly rotations: number;
  readonly start: (first: SerialPair) => Promise<RotatedServer>;
}

/**
 * `npm run bench:rotation`: replaces a serving certificate with three methods under the same load, RSA and ECDSA in
 * turn. Prints the interruption of new connections and the failed requests. `--quick` does few rotations, `--output
 * json` prints JSON.
 */
async function benchRotation(): Promise<void> {
  const { values } = parseArgs({
    options: { quick: { type: "boolean", default: false }, output: { type: "string", default: "text" } },
  });
  if (values.output !== "text" && values.output !== "json") throw new Error("--output takes text or json");
  const nginx = await nginxBinary({ PATH: process.env.PATH });
  if (nginx === undefined) {
    process.stderr.write(`bench:rotation needs nginx: ${NGINX_HINT}\n`);
    process.exitCode = 2;
    return;
  }
  const { restart, reload, swap } = SIZES[values.quick ? "quick" : "full"];
  const methods: readonly Method[] = [
    { name: "process restart", rotations: restart, start: startRestarted },
    {
      name: `nginx ${await nginxVersion(nginx)}: files and reload`,
      rotations: reload,
      start: (first) => startNginx(nginx, first),
    },
    { name: "Postern's swap", rotations: swap, start: startSwapped },
  ];
  const figures: InterruptionFigure[] = [];
  for (const method of methods) figures.push(await measure(method));
  process.stdout.write(
    values.output === "json" ? `${JSON.stringify(figures, null, 2)}\n` : `${printInterruptions(figures)}\n`,
  );
}

async function measure({ name, rotations, start }: Method): Promise<InterruptionFigure> {
  const { root, pairs } = await makeSeries(rotations + 1, HOST);
  const [first, ...others] = pairs;
  if (first === undefined) throw new Error("no certificate");
  const load = await RotationLoad.start();
  let server: RotatedServer | undefined;
  try {
    server = await start(first);
    await load.place(0, first.serial);
    load.send({ port: server.port, host: HOST, root, path: PATH, isStrict: false, ...SPACING });
    await pause(WARM_UP_MS);
    const spans: RotationSpan[] = [];
    for (const [index, pair] of others.entries()) {
      await load.place(index + 1, pair.serial);
      const from = now();
      await server.replace(pair);
      await load.seen(index + 1);
      spans.push({ from, to: now() });
      await pause(PAUSE_MS);
    }
    const report = await load.stop();
    // Without the warm-up, in which the compilation of code costs time.
    const samples = report.samples.filter(({ at }) => at >= (spans[0]?.from ?? 0) - PAUSE_MS);
    return interruptionFigure(name, spans, { ...report, samples }, SPACING.newEveryMs);
  } finally {
    await load.kill();
    await server?.stop();
  }
}

const now = (): number => performance.timeOrigin + performance.now();
const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

await benchRotation();
