import "../run/beginRun.ts";

import { fork } from "node:child_process";
import { parseArgs } from "node:util";
import * as z from "zod";
import { percentile } from "../rotation/percentile.ts";
import { scaledRate, settleSpeedFactor } from "../run/speedFactor.ts";
import { selfSignedPair } from "../tls/selfSignedPair.ts";
import { type HostileServer, startNodeServer, startWorkerdServer } from "./HostileServer.ts";
import { type HostileRun, hostileFaults, JUDGED_SECONDS, p99Ratio } from "./hostileFaults.ts";
import { RealReviews } from "./RealReviews.ts";
import { postBody, reviewWith } from "./strangers/largeBodies.ts";

/** Seconds of the attack. */
const SECONDS = { full: 600, quick: 30 };
const QUIET_SECONDS = { full: 60, quick: 5 };
const PER_SECOND = 50;
/** On the reference machine. */
const PER_SECOND_BEFORE = 400;
const AFTER_SECONDS = 60;
const MEBIBYTE = 1024 * 1024;

const runtimes: Readonly<Record<string, typeof startNodeServer>> = {
  node: startNodeServer,
  workerd: startWorkerdServer,
};

/**
 * Attacks a gate over TLS, as strangers can, beside 50 real reviews a second: for 10 minutes on each runtime (`--seconds N`;
 * `--quick` for 30 s; `--runtime node|workerd` for one). Fails when a real review fails, when their p99 is more than 5 times
 * that of a quiet gate, or when memory is not back within 20 % a minute after. `--output json` prints JSON.
 */
async function soakHostile(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: "boolean", default: false },
      seconds: { type: "string" },
      runtime: { type: "string" },
      output: { type: "string", default: "text" },
    },
  });
  if (values.output !== "text" && values.output !== "json") throw new Error("--output expects text or json");
  const size = values.quick ? "quick" : "full";
  const seconds = Number(values.seconds ?? SECONDS[size]);
  if (!Number.isInteger(seconds) || seconds < 1) throw new Error("--seconds expects a number of at least 1");
  if (values.runtime !== undefined && !Object.hasOwn(runtimes, values.runtime))
    throw new Error("--runtime expects node or workerd");
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
  await settleSpeedFactor();
  const pair = await selfSignedPair();
  const runs: HostileRun[] = [];
  for (const [runtime, start] of Object.entries(runtimes)) {
    if (values.runtime !== undefined && values.runtime !== runtime) continue;
    const server = await start(pair);
    try {
      runs.push(await attack(runtime, server, QUIET_SECONDS[size], seconds));
    } finally {
      await server.stop();
    }
  }
  const faults = runs.flatMap((run) => hostileFaults(run).map((fault) => `${run.runtime}: ${fault}`));
  process.stdout.write(
    values.output === "json"
      ? `${JSON.stringify({ runs: runs.map(figuresOf), faults }, null, 2)}\n`
      : `${runs.map(textOf).join("\n")}\n${faults.length === 0 ? "passed" : `FAILED\n${faults.join("\n")}`}\n`,
  );
  process.exit(faults.length === 0 ? 0 : 1);
}

async function attack(
  runtime: string,
  server: HostileServer,
  quietSeconds: number,
  seconds: number,
): Promise<HostileRun> {
  const say = (text: string): unknown => process.stderr.write(`${runtime}: ${text}\n`);
  const reviews = new RealReviews(server);
  // Code is compiled, and what large reviews need once is there, before memory is measured.
  const large = reviewWith(`[${"{},".repeat(400_000)}0]`);
  for (let count = 0; count < 3; count += 1)
    await postBody(server, large, "validate", AbortSignal.timeout(60_000)).catch(() => 0);
  await reviews.run(PER_SECOND, 5);
  if (seconds >= JUDGED_SECONDS) {
    // A runtime keeps garbage of real reviews until it collects it, so memory grows without an attack too.
    const count = PER_SECOND * (seconds + AFTER_SECONDS);
    say(`${count} real reviews, as many as during the attack and after it`);
    const perSecond = scaledRate(PER_SECOND_BEFORE);
    await reviews.run(perSecond, count / perSecond);
  }
  say(`${quietSeconds} s without an attack`);
  const quiet = await reviews.run(PER_SECOND, quietSeconds);
  const before = server.resident();
  say(`${seconds} s of all attacks`);
  const strangers = fork(new URL("strangers/strangersProcess.ts", import.meta.url), {
    execArgv: ["--no-warnings"],
    env: {
      ...process.env,
      HOSTILE_TARGET: JSON.stringify({ ...server, resident: undefined, stop: undefined }),
    },
  });
  let attempts: Readonly<Record<string, number>> = {};
  await new Promise<void>((resolve, reject) => {
    strangers.once("exit", () => reject(new Error("the strangers' process ended")));
    strangers.on("message", (counts: unknown) => {
      attempts = z.record(z.string(), z.number()).parse(counts);
      if (Object.values(attempts).every((count) => count > 0)) resolve();
    });
  });
  let peak = before;
  const watch = setInterval(() => {
    const resident = server.resident();
    if (resident > peak) peak = resident;
  }, 100);
  const hostile = await reviews.run(PER_SECOND, seconds);
  clearInterval(watch);
  const gone = new Promise((resolve) => strangers.once("exit", resolve));
  strangers.kill("SIGKILL");
  await gone;
  const afterSeconds = seconds < JUDGED_SECONDS ? 2 : AFTER_SECONDS;
  say(`${afterSeconds} s after the attack`);
  const after = await reviews.run(PER_SECOND, afterSeconds);
  const run = { runtime, seconds, quiet, hostile, attempts, resident: { before, peak, after: server.resident() } };
  reviews.close();
  if (after.failed > 0) hostile.failures.push(`${after.failed} after the attack: ${after.failures[0]}`);
  hostile.failed += after.failed;
  return run;
}

function figuresOf(run: HostileRun) {
  const { quiet, hostile, resident } = run;
  const of = ({ sent, failed, retried, failures, latencies }: HostileRun["quiet"]) => ({
    sent,
    failed,
    retried,
    failures,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
  });
  return {
    runtime: run.runtime,
    quiet: of(quiet),
    hostile: of(hostile),
    p99Ratio: p99Ratio(run),
    resident,
    attempts: run.attempts,
  };
}

function textOf(run: HostileRun): string {
  const { quiet, hostile, resident, attempts, p99Ratio: ratio } = figuresOf(run);
  const mebibytes = (bytes: number): string => (bytes / MEBIBYTE).toFixed(0);
  const rows: [string, string][] = [
    ...Object.entries(attempts).map(([name, count]): [string, string] => [name, String(count)]),
    ["real reviews failed", `${hostile.failed} of ${hostile.sent}`],
    ["answered at the next try", String(hostile.retried)],
    ["p50 / p99, quiet", `${quiet.p50.toFixed(1)} / ${quiet.p99.toFixed(1)} ms`],
    ["p50 / p99, attacked", `${hostile.p50.toFixed(1)} / ${hostile.p99.toFixed(1)} ms`],
    ["p99, times quiet", ratio.toFixed(2)],
    ["memory before, peak, after", `${[resident.before, resident.peak, resident.after].map(mebibytes).join(", ")} MiB`],
    ["memory after, times before", (resident.after / resident.before).toFixed(2)],
  ];
  return `${run.runtime}\n${rows.map(([name, value]) => `  ${name.padEnd(28)}${value}`).join("\n")}\n`;
}

await soakHostile();
