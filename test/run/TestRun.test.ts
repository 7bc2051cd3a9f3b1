import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { describe, it } from "vitest";
import { eventually } from "./eventually.ts";
import { processesOf } from "./processesOf.ts";

const TEST_RUN = new URL("TestRun.ts", import.meta.url).href;

/** A run that has started processes on three ways: a plain one, one of another group, and one with an empty environment. */
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

async function startScript(shell = false): Promise<Started> {
  const args = ["--input-type=module", "--eval", SCRIPT];
  // The shell stands for npm's: it ends without its child.
  const env = { ...process.env, npm_lifecycle_event: shell ? "test" : undefined };
  const child = shell
    ? spawn("sh", ["-c", '"$0" "$@" & wait', process.execPath, ...args], { stdio: ["ignore", "pipe", "inherit"], env })
    : spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"], env });
  const [folder] = await once(createInterface({ input: child.stdout }), "line");
  return { child, folder };
}

describe.skipIf(process.platform !== "linux")("TestRun", () => {
  it.each<[signal: NodeJS.Signals, shell: boolean, what: string]>([
    ["SIGTERM", false, "the run's process"],
    ["SIGINT", false, "the run's process"],
    ["SIGKILL", false, "the run's process"],
    ["SIGTERM", true, "the shell that npm starts"],
    ["SIGKILL", true, "the shell that npm starts"],
  ])("nothing is left of a run after %s (shell: %s) to %s", async (signal, shell) => {
    const { child, folder } = await startScript(shell);
    await eventually("its processes to run", () => (processesOf(folder, []).length >= 4 ? true : undefined));
    child.kill(signal);
    await eventually("its processes to end", () => (processesOf(folder, []).length === 0 ? true : undefined));
    await eventually("its folder to go", () => (existsSync(folder) ? undefined : true));
  });
});
