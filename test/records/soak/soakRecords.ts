import "../../run/beginRun.ts";

import { parseArgs } from "node:util";
import { exportJWK, generateKeyPair } from "jose";
import { printTable } from "../../bench/printTable.ts";
import { NodeTarget } from "./NodeTarget.ts";
import type { SoakTarget } from "./SoakTarget.ts";
import { isSoakPassed, type SoakReport, soakRun } from "./soakRun.ts";
import { WorkerdTarget } from "./WorkerdTarget.ts";

const ROUNDS = { full: 200, quick: 5 };
const ROUNDS_PER_LINE = 20;

/** Makes a target of each runtime, with its POSTERN_RECORDS_KEY. */
const targets: Readonly<Record<string, (key: string) => Promise<SoakTarget>>> = {
  node: (key) => NodeTarget.create({ key }),
  workerd: (key) => WorkerdTarget.create({ key }),
};

/**
 * Kills a gate with the profile `compliance` 200 times under load on each runtime (`--rounds N`; `--quick` for 5; `--runtime
 * NAME` for one), at random times. Fails when an answer has no record, when a review has two, or when the chain does not verify.
 * `--output json` prints JSON.
 */
async function soakRecords(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: "boolean", default: false },
      rounds: { type: "string" },
      runtime: { type: "string" },
      output: { type: "string", default: "text" },
    },
  });
  if (values.output !== "text" && values.output !== "json") throw new Error("--output expects text or json");
  const rounds = Number(values.rounds ?? ROUNDS[values.quick ? "quick" : "full"]);
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 10_000)
    throw new Error("--rounds expects a number from 1 to 10000");
  if (values.runtime !== undefined && !Object.hasOwn(targets, values.runtime))
    throw new Error(`--runtime expects one of ${Object.keys(targets).join(", ")}`);
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
  const reports: Record<string, SoakReport> = {};
  for (const [runtime, create] of Object.entries(targets))
    if (values.runtime === undefined || values.runtime === runtime)
      reports[runtime] = await soakOne(runtime, create, rounds);
  process.stdout.write(values.output === "json" ? `${JSON.stringify(reports, null, 2)}\n` : textOf(reports));
  process.exit(Object.values(reports).every(isSoakPassed) ? 0 : 1);
}

async function soakOne(
  runtime: string,
  create: (key: string) => Promise<SoakTarget>,
  rounds: number,
): Promise<SoakReport> {
  const { privateKey, publicKey } = await generateKeyPair("EdDSA", { extractable: true });
  const target = await create(JSON.stringify(await exportJWK(privateKey)));
  try {
    return await soakRun(target, {
      rounds,
      publicKey: JSON.stringify(await exportJWK(publicKey)),
      random: Math.random,
      onRound(done, { receipts, cut }) {
        if (done % ROUNDS_PER_LINE === 0)
          process.stderr.write(`${runtime}: ${done} of ${rounds} kills, ${receipts.size} answers, ${cut} cut off\n`);
      },
    });
  } finally {
    await target.remove();
  }
}

function textOf(reports: Readonly<Record<string, SoakReport>>): string {
  const rows = Object.entries(reports).map(([runtime, it]) => [
    runtime,
    ...[it.rounds, it.answered, it.cut, it.refused, it.records, it.batches, it.lost, it.duplicates].map(String),
    `${it.recoveryMs.toFixed(0)} ms`,
    isSoakPassed(it) ? "passed" : "FAILED",
  ]);
  const head = [
    "runtime",
    "kills",
    "answers",
    "cut off",
    "503",
    "records",
    "batches",
    "lost",
    "duplicates",
    "recovery",
    "",
  ];
  const faults = Object.entries(reports).flatMap(([runtime, it]) => it.faults.map((fault) => `${runtime}: ${fault}\n`));
  return `${printTable([head, ...rows])}\n${faults.slice(0, 20).join("")}`;
}

await soakRecords();
