import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { RUN_FOLDER } from "../../run/processes/TestRun.ts";

/**
 * Reserves a number from `first` to `last` until the end of the run. No other caller of the run, also in other
 * processes, gets the same number for the same `name` (letters and digits). Outside a run, the number is random and not
 * reserved. Throws when all numbers are taken.
 */
export async function reserveNumber(name: string, first: number, last: number): Promise<number> {
  const count = last - first + 1;
  // Concurrent runs do not share a folder, so each starts at a random number.
  const start = Math.floor(Math.random() * count);
  const run = process.env[RUN_FOLDER];
  if (run === undefined) return first + start;
  const folder = join(run, "reserved", name);
  await mkdir(folder, { recursive: true });
  for (let step = 0; step < count; step += 1) {
    const number = first + ((start + step) % count);
    if (await isReserved(join(folder, String(number)))) return number;
  }
  throw new Error(`all ${count} numbers for ${name} are taken`);
}

/** mkdir(2) succeeds for only one process. */
async function isReserved(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}
