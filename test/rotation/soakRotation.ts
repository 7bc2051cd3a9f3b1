import "../run/beginRun.ts";

import { parseArgs } from "node:util";
import { printSoak } from "./soak/printSoak.ts";
import { soakFaults } from "./soak/soakFaults.ts";
import { soakRun } from "./soak/soakRun.ts";

const ROTATIONS = { full: 1_000, quick: 40 };
/** Heap measurements in a run. */
const MEASUREMENTS = 100;
/** Rotations between two lines of progress without a terminal. */
const ROTATIONS_PER_LINE = 100;

/**
 * Rotates the serving certificate 1,000 times (`--rotations N`; `--quick` for 40) under 200 requests a second, fewer on a
 * slower machine. Fails after any failed handshake or request, and after growth. Growth is judged from the second half of at
 * least 400 rotations. `--output json` prints JSON.
 */
async function soakRotation(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: "boolean", default: false },
      rotations: { type: "string" },
      output: { type: "string", default: "text" },
    },
  });
  if (values.output !== "text" && values.output !== "json") throw new Error("--output expects text or json");
  const rotations = Number(values.rotations ?? ROTATIONS[values.quick ? "quick" : "full"]);
  if (!Number.isInteger(rotations) || rotations < 1 || rotations > 100_000)
    throw new Error("--rotations expects a number from 1 to 100000");
  // An exit also ends the child processes.
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
  let printed = 0;
  const result = await soakRun(rotations, Math.max(10, Math.floor(rotations / MEASUREMENTS)), (done, { failures }) => {
    for (const failure of failures.slice(printed)) process.stderr.write(`${failure}\n`);
    printed = failures.length;
    const text = `${done} of ${rotations} rotations, ${failures.length} failures`;
    if (process.stderr.isTTY) process.stderr.write(`\r${text}${done === rotations ? "\n" : ""}`);
    else if (done % ROTATIONS_PER_LINE === 0) process.stderr.write(`${text}\n`);
  });
  const faults = soakFaults(result);
  const { load, ...rest } = result;
  const { samples, ...counts } = load;
  process.stdout.write(
    values.output === "json"
      ? `${JSON.stringify({ ...rest, load: { ...counts, requests: samples.length }, faults }, null, 2)}\n`
      : `${printSoak(result)}\n`,
  );
  process.exitCode = faults.length === 0 ? 0 : 1;
}

await soakRotation();
