import "../run/beginRun.ts";

import { parseArgs } from "node:util";
import { NGINX_HINT, nginxBinary } from "../nginx/nginxBinary.ts";
import { makeSeries, type SerialPair } from "../rotation/CertificateSeries.ts";
import { HOST, PATH } from "../rotation/PosternServer.ts";
import { RotationLoad } from "../rotation/RotationLoad.ts";
import { scaled, speedFactor } from "../run/speedFactor.ts";
import {
  type InterruptionFigure,
  interruptionFigure,
  printInterruptions,
  type RotationSpan,
} from "./InterruptionFigure.ts";
import type { RotatedServer } from "./RotatedServer.ts";
import { nginxVersion, startNginx } from "./startNginx.ts";
import { startRestarted } from "./startRestarted.ts";
import { startSwapped } from "./startSwapped.ts";

/** A machine that is slower still would rotate for more than ten minutes. */
const MOST_TIMES = 4;
/** On a slower machine fewer answers come around a rotation, and as many more rotations make up for it. */
const more = (count: number): number => Math.ceil(count * Math.min(MOST_TIMES, speedFactor()));
/** Rotations of each. */
const SIZES = {
  full: { restart: 20, reload: 40, swap: 80 },
  quick: { restart: more(2), reload: more(4), swap: more(6) },
} as const;
/** 200 requests a second on the reference machine: half on new connections, half on kept ones. In milliseconds. */
const BEAT = { newEvery: scaled(10), keptEvery: scaled(10) };
/** Once code is compiled. In milliseconds. */
const WARM_UP = more(5_000);
/** From the end of a rotation to the beginning of the next: more than a second around each, and as much apart. In milliseconds. */
const PAUSE = 3_000;

interface Way {
  readonly name: string;
  readonly rotations: number;
  readonly start: (first: SerialPair) => Promise<RotatedServer>;
}

/**
 * Replaces a serving certificate in three ways under the same load, RSA and ECDSA in turns, and prints how long no new
 * connection was answered, and what failed. `--quick` takes a few rotations, `--output json` is for machines.
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
  const ways: readonly Way[] = [
    { name: "process restart", rotations: restart, start: startRestarted },
    {
      name: `nginx ${await nginxVersion(nginx)}: files and reload`,
      rotations: reload,
      start: (first) => startNginx(nginx, first),
    },
    { name: "postern's swap", rotations: swap, start: startSwapped },
  ];
  const figures: InterruptionFigure[] = [];
  for (const way of ways) figures.push(await measure(way));
  process.stdout.write(
    values.output === "json" ? `${JSON.stringify(figures, null, 2)}\n` : `${printInterruptions(figures)}\n`,
  );
}

async function measure({ name, rotations, start }: Way): Promise<InterruptionFigure> {
  const { root, pairs } = await makeSeries(rotations + 1, HOST);
  const [first, ...others] = pairs;
  if (first === undefined) throw new Error("no certificate");
  const load = await RotationLoad.start();
  let server: RotatedServer | undefined;
  try {
    server = await start(first);
    await load.place(0, first.serial);
    load.send({ port: server.port, host: HOST, root, path: PATH, isStrict: false, ...BEAT });
    await pause(WARM_UP);
    const spans: RotationSpan[] = [];
    for (const [index, pair] of others.entries()) {
      await load.place(index + 1, pair.serial);
      const from = now();
      await server.replace(pair);
      await load.seen(index + 1);
      spans.push({ from, to: now() });
      await pause(PAUSE);
    }
    const report = await load.stop();
    // What the code's compilation costs is nobody's way to rotate.
    const samples = report.samples.filter(({ at }) => at >= (spans[0]?.from ?? 0) - PAUSE);
    return interruptionFigure(name, spans, { ...report, samples }, BEAT.newEvery);
  } finally {
    await load.kill();
    await server?.stop();
  }
}

const now = (): number => performance.timeOrigin + performance.now();
const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

await benchRotation();
