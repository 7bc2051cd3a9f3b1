import "../run/beginRun.ts";

import { parseArgs } from "node:util";
import { printSoak } from "./printSoak.ts";
import { soakFaults } from "./soakFaults.ts";
import { soakRun } from "./soakRun.ts";

const ROTATIONS = { full: 1_000, quick: 40 };
/** So many looks at the heap in a run. */
const LOOKS = 100;
/** Between two lines of progress where there is no terminal. In rotations. */
const LINE_EVERY = 100;

/**
 * Rotates the serving certificate 1,000 times (`--rotations N`; `--quick` for 40) under 200 requests a second, fewer on a
 * slower machine, and fails on any handshake or request that does, and on growth. Growth is judged by the second half, from 400 rotations on. `--output json` is for machines.
 */
async function soakRotation(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: "boolean", default: false },
      rotations: { type: "string" },
      output: { type: "string", default: "text" },
    },
  });
  if (values.output !== "text" && values.output !== "json") throw new Error("--output takes text or json");
  const rotations = Number(values.rotations ?? ROTATIONS[values.quick ? "quick" : "full"]);
  if (!Number.isInteger(rotations) || rotations < 1 || rotations > 100_000)
    throw new Error("--rotations takes a number from 1 to 100000");
  // So that what was started is ended as well: it is, with this process.
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
  let told = 0;
  const result = await soakRun(rotations, Math.max(10, Math.floor(rotations / LOOKS)), (done, { failures }) => {
    for (const failure of failures.slice(told)) process.stderr.write(`${failure}\n`);
    told = failures.length;
    const text = `${done} of ${rotations} rotations, ${failures.length} failures`;
    if (process.stderr.isTTY) process.stderr.write(`\r${text}${done === rotations ? "\n" : ""}`);
    else if (done % LINE_EVERY === 0) process.stderr.write(`${text}\n`);
  });
  const faults = soakFaults(result);
  const { load, ...rest } = result;
  const { samples, ...counts } = load;
  process.stdout.write(
    values.output === "json"
      ? `${JSON.stringify({ ...rest, load: { ...counts, requests: samples.length }, problems: faults }, null, 2)}\n`
      : `${printSoak(result)}\n`,
  );
  process.exitCode = faults.length === 0 ? 0 : 1;
}

await soakRotation();
