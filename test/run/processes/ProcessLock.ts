import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

const POLL_MS = 50;

/**
 * A lock file that one process of this machine holds at a time. The file names the holder. A lock whose holder has
 * ended without releasing it is free.
 */
export class ProcessLock {
  readonly #path: string;
  readonly #text: string;

  private constructor(path: string, text: string) {
    this.#path = path;
    this.#text = text;
  }

  /** Acquires the lock. Rejects when another process holds it for `limitMs`. The folder of `path` must exist. */
  static async take(path: string, limitMs: number): Promise<ProcessLock> {
    const text = JSON.stringify({ pid: process.pid, start: startOf(process.pid), id: randomUUID() });
    const end = performance.now() + limitMs;
    for (;;) {
      if (await isTakenNow(path, text)) return new ProcessLock(path, text);
      await removeDead(path);
      if (performance.now() > end) throw new Error(`another process holds ${path} for more than ${limitMs} ms`);
      await sleep(POLL_MS);
    }
  }

  /** Releases the lock. */
  async release(): Promise<void> {
    if ((await read(this.#path)) === this.#text) await rm(this.#path, { force: true });
  }
}

/** Creates the lock file with its content in one step: link(2) fails when the file exists. */
async function isTakenNow(path: string, text: string): Promise<boolean> {
  const own = `${path}.${randomUUID()}`;
  try {
    await writeFile(own, text);
    await link(own, path);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  } finally {
    await rm(own, { force: true });
  }
}

/**
 * Removes the lock of a process that has ended. Only one process can rename the file. When the renamed file is a newer
 * lock, it is put back.
 */
async function removeDead(path: string): Promise<void> {
  const text = await read(path);
  if (text === undefined || isAlive(text)) return;
  const taken = `${path}.${randomUUID()}`;
  try {
    await rename(path, taken);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return;
    throw error;
  }
  if ((await read(taken)) !== text)
    await link(taken, path).catch((error: unknown) => {
      if (codeOf(error) !== "EEXIST") throw error;
    });
  await rm(taken, { force: true });
}

function isAlive(text: string): boolean {
  const holder: unknown = parse(text);
  if (typeof holder !== "object" || holder === null || !("pid" in holder) || typeof holder.pid !== "number")
    return false;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (codeOf(error) === "ESRCH") return false;
  }
  // Process ids are reused. A process that reuses one has a later start time.
  return !("start" in holder) || holder.start === startOf(holder.pid);
}

/**
 * The start time of a process, in clock ticks since boot. Empty for a process that has ended and on systems without
 * /proc.
 */
function startOf(pid: number): string {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    // A zombie has ended; its parent has not read its exit code yet.
    return fields[0] === "Z" ? "" : (fields[19] ?? "");
  } catch {
    return "";
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function read(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  });
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
