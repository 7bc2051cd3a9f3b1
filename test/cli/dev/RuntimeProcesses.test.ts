import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, beforeEach, expect, it } from "vitest";
import { RuntimeProcesses } from "../../../src/cli/dev/RuntimeProcesses.ts";
import { eventually } from "../../run/eventually.ts";
import { isRunning } from "../PosternProcess.ts";

let crashes: string[] = [];
let runtimes: RuntimeProcesses;
const children: ChildProcess[] = [];
beforeEach(() => {
  crashes = [];
  runtimes = new RuntimeProcesses((how) => crashes.push(how));
});
afterEach(() => {
  runtimes.stop();
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

/** A process that waits for its input, with the argument of a runtime or another. */
function start(argument: string): ChildProcess {
  const child = spawn("sh", ["-c", "read -r _; exit 7", argument], { stdio: ["pipe", "ignore", "ignore"] });
  children.push(child);
  return child;
}

it("RuntimeProcesses reports a runtime that nobody stopped, and no other process", async () => {
  const [ended, killed, stopped, other] = [
    start("--control-fd=3"),
    start("--control-fd=3"),
    start("--control-fd=3"),
    start("--another"),
  ];
  const all = Promise.all([ended, killed, stopped, other].map((child) => once(child, "exit")));
  await once(ended, "spawn");
  ended.stdin?.end();
  await once(ended, "exit");
  process.kill(killed.pid ?? 0, "SIGKILL");
  await once(killed, "exit");
  stopped.kill("SIGKILL");
  process.kill(other.pid ?? 0, "SIGKILL");
  await all;
  expect(crashes).toEqual(["exit code 7", "SIGKILL"]);
});

it("RuntimeProcesses kills the newest runtime, and nothing without one", async () => {
  runtimes.killNewest();
  const [first, second] = [start("--control-fd=3"), start("--control-fd=3")];
  await once(second, "spawn");
  runtimes.killNewest();
  await once(second, "exit");
  expect([crashes, isRunning(first.pid ?? 0)]).toEqual([["SIGKILL"], true]);
});

it("the guard of RuntimeProcesses kills the runtimes that are left", async () => {
  const left = start("--control-fd=3");
  await once(left, "spawn");
  // As when this process ends.
  runtimes.stop();
  await once(left, "exit");
  await eventually("its end", () => (isRunning(left.pid ?? 0) ? undefined : true));
});
