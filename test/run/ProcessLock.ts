import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

/** In milliseconds. */
const PAUSE = 50;

/**
 * A file that one process of this machine has at a time. It names its holder: a holder that has ended without giving it
 * back, on whatever way, has it no more.
 */
export class ProcessLock {
  readonly #path: string;
  readonly #text: string;

  private constructor(path: string, text: string) {
    this.#path = path;
    this.#text = text;
  }

  /** Waits until nobody else has it, for `limitMs` milliseconds at most. Its folder is there. */
  static async take(path: string, limitMs: number): Promise<ProcessLock> {
    const text = JSON.stringify({ pid: process.pid, start: startOf(process.pid), id: randomUUID() });
    const end = performance.now() + limitMs;
    for (;;) {
      if (await isTakenNow(path, text)) return new ProcessLock(path, text);
      await removeDead(path);
      if (performance.now() > end) throw new Error(`another process has ${path} since more than ${limitMs} ms`);
      await sleep(PAUSE);
    }
  }

  async release(): Promise<void> {
    if ((await read(this.#path)) === this.#text) await rm(this.#path, { force: true });
  }
}

/** The lock is there with its text or not at all, and only one can make it. */
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

/** Takes away the lock of a process that has ended. Only one can rename it; where that is a later lock, it is put back. */
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
  // Process ids are given again, and each time to a process that started later.
  return !("start" in holder) || holder.start === startOf(holder.pid);
}

/** When a process started, in ticks since the machine did; empty where it has ended, and where the system does not tell. */
function startOf(pid: number): string {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    // Nobody has asked yet how it ended.
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
