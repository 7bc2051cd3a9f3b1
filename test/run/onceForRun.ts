import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ProcessLock } from "./processes/ProcessLock.ts";
import { RUN_FOLDER } from "./processes/TestRun.ts";
import { patience } from "./speedFactor.ts";

const PATIENCE_MS = 300_000;

/**
 * A folder that `make` fills once per run. The first caller creates it; other callers, also in other processes, get the
 * same folder. It is removed at the end of the run. `name` is unique for the content: letters, digits and `-`. Outside
 * a run, each call creates a folder, and the caller removes it. Rejects with the error of `make`; then the next caller
 * tries again.
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
    // Left by a caller that failed or was killed.
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished);
    await make(unfinished);
    await rename(unfinished, folder);
    return folder;
  } finally {
    await lock.release();
  }
}
