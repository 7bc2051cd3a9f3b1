import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, it } from "vitest";
import { eventually } from "../run/eventually.ts";
import { ChildService } from "./ChildService.ts";

const MODULE = new URL("ChildService.ts", import.meta.url).href;
/** A process that does nothing, and not for ever. */
const IDLE = ["--eval", "setTimeout(() => undefined, 600_000)"];

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "postern-child-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Whether a process is there: signal 0 is sent to nobody. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

it("services of any program end when the process that started them is killed", async () => {
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

it("a service that cannot be started has ended, and is stopped at once", async () => {
  const service = new ChildService({
    name: "none",
    file: join(folder, "none"),
    args: [],
    logFile: join(folder, "log"),
  });
  await service.stop();
  expect(service.hasEnded).toBe(true);
});

it("a service that is restarted is another process, and is stopped as the first was", async () => {
  const service = new ChildService({ name: "idle", file: process.execPath, args: IDLE, logFile: join(folder, "log") });
  const first = service.pid;
  await service.restart("SIGKILL");
  const second = service.pid;
  expect([isRunning(first), isRunning(second)]).toEqual([false, true]);
  await service.stop();
  expect(isRunning(second)).toBe(false);
});
