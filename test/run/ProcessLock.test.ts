import { spawn } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, expect, it } from "vitest";
import { ProcessLock } from "./ProcessLock.ts";
import { patience } from "./speedFactor.ts";

const MODULE = new URL("ProcessLock.ts", import.meta.url).href;
const LIMIT = patience(30_000);

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "postern-lock-"));
  path = join(folder, "lock");
});

afterEach(() => rm(folder, { recursive: true, force: true }));

/** Another process that takes the lock, and keeps it until it is killed. */
async function holder(): Promise<{ kill(): Promise<void> }> {
  const script = `
    const { ProcessLock } = await import(${JSON.stringify(MODULE)});
    await ProcessLock.take(${JSON.stringify(path)}, ${LIMIT});
    console.log("taken");
    setInterval(() => undefined, 1000);
  `;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout }).once("line", () => resolve());
    void ended.then(() => reject(new Error("it ended before it had the lock")));
  });
  return {
    kill() {
      child.kill("SIGKILL");
      return ended;
    },
  };
}

it("is had by one at a time, and leaves nothing behind when it is given back", async () => {
  let holders = 0;
  const most: number[] = [];
  await Promise.all(
    Array.from({ length: 5 }, async () => {
      const lock = await ProcessLock.take(path, LIMIT);
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

it("is not had while another process has it, and is taken over when that was killed", async () => {
  const other = await holder();
  try {
    await expect(ProcessLock.take(path, 0)).rejects.toThrow("another process has");
  } finally {
    await other.kill();
  }
  const lock = await ProcessLock.take(path, LIMIT);
  await lock.release();
  expect(await readdir(folder)).toEqual([]);
});
