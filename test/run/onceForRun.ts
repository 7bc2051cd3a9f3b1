import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ProcessLock } from "./ProcessLock.ts";
import { patience } from "./speedFactor.ts";
import { RUN_FOLDER } from "./TestRun.ts";

const PATIENCE_MS = 300_000;

/**
 * The folder that `make` fills, which is made by the first caller of a run and then taken by all others, in whatever
 * process they are; it goes with the run. `name` says what is in it: letters, digits and `-`. Where there is no run, each
 * call makes one, and the caller removes it. What `make` throws is thrown, and the next caller tries again.
 */
export async function onceForRun(name: string, make: (folder: string) => Promise<void> | void): Promise<string> {
  const run = process.env[RUN_FOLDER];
  if (run === undefined) {
    const folder = await mkdtemp(join(tmpdir(), `postern-${name}-`));
    await make(folder);
    return folder;
  }
  const folder = join(run, "once", name);
  await mkdir(join(run, "once"), { recursive: true });
  const lock = await ProcessLock.take(`${folder}.lock`, patience(PATIENCE_MS));
  try {
    if (existsSync(folder)) return folder;
    const unfinished = `${folder}.unfinished`;
    // Whoever was at it has failed, or was killed.
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished);
    await make(unfinished);
    await rename(unfinished, folder);
    return folder;
  } finally {
    await lock.release();
  }
}
