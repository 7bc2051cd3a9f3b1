import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, it } from "vitest";
import { eventually } from "../run/eventually.ts";
import { ChildService } from "./ChildService.ts";

const MODULE = new URL("ChildService.ts", import.meta.url).href;
/** The arguments of an idle process that ends after 10 minutes. */
const IDLE = ["--eval", "setTimeout(() => undefined, 600_000)"];

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "postern-child-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Whether a process runs. Signal 0 only checks for it. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

it("ChildService ends its processes when the process that started them is killed", async () => {
  const script = `
    const { ChildService } = await import(${JSON.stringify(MODULE)});
    const start = (name) =>
      new ChildService({ name, file: process.execPath, args: ${JSON.stringify(IDLE)}, logFile: ${JSON.stringify(folder)} + "/" + name });
    const [stopped, ...left] = ["stopped", "left-1", "left-2"].map(start);
    await stopped.stop("SIGKILL");
    console.log(JSON.stringify(left.map(({ pid }) => pid)));
    setInterval(() => undefined, 1000);
  `;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const line = await new Promise<string>((resolve, reject) => {
      createInterface({ input: child.stdout }).once("line", resolve);
      child.once("exit", (code) => reject(new Error(`ended with ${code}`)));
    });
    const pids: number[] = JSON.parse(line);
    expect(pids).toHaveLength(2);
    expect(pids.filter(isRunning)).toEqual(pids);
    child.kill("SIGKILL");
    await eventually("the services to end", () => (pids.some(isRunning) ? undefined : true));
  } finally {
    child.kill("SIGKILL");
  }
});

it("ChildService reports a program that cannot start as ended, and stop() resolves immediately", async () => {
  const service = new ChildService({
    name: "none",
    file: join(folder, "none"),
    args: [],
    logFile: join(folder, "log"),
  });
  await service.stop();
  expect(service.hasEnded).toBe(true);
});

it("ChildService.restart starts another process, which stop() ends", async () => {
  const service = new ChildService({ name: "idle", file: process.execPath, args: IDLE, logFile: join(folder, "log") });
  const first = service.pid;
  await service.restart("SIGKILL");
  const second = service.pid;
  expect([isRunning(first), isRunning(second)]).toEqual([false, true]);
  await service.stop();
  expect(isRunning(second)).toBe(false);
});
