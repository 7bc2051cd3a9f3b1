import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { describe, it } from "vitest";
import { eventually } from "../eventually.ts";
import { processesOf } from "./processesOf.ts";

const TEST_RUN = new URL("TestRun.ts", import.meta.url).href;

/** A run that starts three processes: a plain one, one in another process group, and one with an empty environment. */
const SCRIPT = `
  import { spawn } from "node:child_process";
  const { TestRun } = await import(${JSON.stringify(TEST_RUN)});
  const { folder } = TestRun.start();
  const args = ["--eval", "setInterval(() => {}, 1000)"];
  spawn(process.execPath, args, { stdio: "ignore" });
  spawn(process.execPath, args, { stdio: "ignore", detached: true });
  spawn(process.execPath, args, { stdio: "ignore", detached: true, cwd: folder, env: {} });
  console.log(folder);
  setInterval(() => {}, 1000);
`;

interface Started {
  readonly child: ChildProcessByStdio<null, Readable, null>;
  readonly folder: string;
}

/** The process between the test and the run: none, npm's shell, or npm with its shell. Each ends without its child. */
type Starter = "none" | "shell" | "npm";

async function startScript(starter: Starter): Promise<Started> {
  const run = [process.execPath, "--input-type=module", "--eval", SCRIPT];
  const shell = ["sh", "-c", '"$0" "$@" & wait'];
  const before = { none: [], shell, npm: [...shell, ...shell] }[starter];
  const [program = "", ...args] = [...before, ...run];
  const env = { ...process.env, npm_lifecycle_event: starter === "none" ? undefined : "test" };
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"], env });
  const [folder] = await once(createInterface({ input: child.stdout }), "line");
  return { child, folder };
}

describe.skipIf(process.platform !== "linux")("TestRun", () => {
  it.each<[signal: NodeJS.Signals, starter: Starter, receiver: string]>([
    ["SIGTERM", "none", "its own process"],
    ["SIGINT", "none", "its own process"],
    ["SIGKILL", "none", "its own process"],
    ["SIGTERM", "shell", "the shell that npm starts"],
    ["SIGKILL", "shell", "the shell that npm starts"],
    ["SIGTERM", "npm", "npm"],
    ["SIGKILL", "npm", "npm"],
  ])("leaves no process and no folder after %s (starter: %s) to %s", async (signal, starter) => {
    const { child, folder } = await startScript(starter);
    await eventually("its processes to run", () => (processesOf(folder, []).length >= 4 ? true : undefined));
    child.kill(signal);
    await eventually("its processes to end", () => (processesOf(folder, []).length === 0 ? true : undefined));
    await eventually("its folder to go", () => (existsSync(folder) ? undefined : true));
  });
});
