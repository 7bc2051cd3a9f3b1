import { spawn } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, expect, it } from "vitest";
import { patience } from "../speedFactor.ts";
import { ProcessLock } from "./ProcessLock.ts";

const MODULE = new URL("ProcessLock.ts", import.meta.url).href;
const LIMIT_MS = patience(30_000);

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "postern-lock-"));
  path = join(folder, "lock");
});

afterEach(() => rm(folder, { recursive: true, force: true }));

/** Starts a process that holds the lock until it is killed. */
async function holder(): Promise<{ kill(): Promise<void> }> {
  const script = `
    const { ProcessLock } = await import(${JSON.stringify(MODULE)});
    await ProcessLock.take(${JSON.stringify(path)}, ${LIMIT_MS});
    console.log("taken");
    setInterval(() => undefined, 1000);
  `;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout }).once("line", () => resolve());
    void ended.then(() => reject(new Error("the process ended before it acquired the lock")));
  });
  return {
    kill() {
      child.kill("SIGKILL");
      return ended;
    },
  };
}

it("ProcessLock has one holder at a time and leaves no file after its release", async () => {
  let holders = 0;
  const most: number[] = [];
  await Promise.all(
    Array.from({ length: 5 }, async () => {
      const lock = await ProcessLock.take(path, LIMIT_MS);
      holders += 1;
      most.push(holders);
      await new Promise((resolve) => setImmediate(resolve));
      holders -= 1;
      await lock.release();
    }),
  );
  expect(most).toEqual([1, 1, 1, 1, 1]);
  expect(await readdir(folder)).toEqual([]);
});

it("ProcessLock waits for another process that holds it, and is acquired when that process is killed", async () => {
  const other = await holder();
  try {
    await expect(ProcessLock.take(path, 0)).rejects.toThrow("another process holds");
  } finally {
    await other.kill();
  }
  const lock = await ProcessLock.take(path, LIMIT_MS);
  await lock.release();
  expect(await readdir(folder)).toEqual([]);
});
