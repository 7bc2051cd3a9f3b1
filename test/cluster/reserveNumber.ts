import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { RUN_FOLDER } from "../run/TestRun.ts";

/**
 * A number from `first` to `last` that no other caller of the run gets under the same `name` (letters and digits), in
 * whatever process it is, for as long as the run goes on. Where there is no run, it is any of them. Throws when all are
 * taken.
 */
export async function reserveNumber(name: string, first: number, last: number): Promise<number> {
  const count = last - first + 1;
  // Two runs at one time have no folder in common: each begins somewhere else.
  const start = Math.floor(Math.random() * count);
  const run = process.env[RUN_FOLDER];
  if (run === undefined) return first + start;
  const folder = join(run, "reserved", name);
  await mkdir(folder, { recursive: true });
  for (let step = 0; step < count; step += 1) {
    const number = first + ((start + step) % count);
    if (await isFirstTo(join(folder, String(number)))) return number;
  }
  throw new Error(`all ${count} numbers for ${name} are taken`);
}

/** Only one can make a folder. */
async function isFirstTo(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}
