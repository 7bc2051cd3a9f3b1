import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, beforeEach, expect, it, onTestFinished } from "vitest";
import { RuntimeProcesses } from "../../../src/cli/dev/RuntimeProcesses.ts";
import { eventually } from "../../run/eventually.ts";
import { isRunning } from "../PosternProcess.ts";

const SOURCE = new URL("../../../src/cli/dev/RuntimeProcesses.ts", import.meta.url).href;

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

it("the guard of RuntimeProcesses kills the runtimes that are left, and leaves esbuild", async () => {
  const [builder, left] = [start("--service=0.28.2"), start("--control-fd=3")];
  await once(left, "spawn");
  runtimes.stop();
  await once(left, "exit");
  expect(isRunning(builder.pid ?? 0)).toBe(true);
});

it("the guard of RuntimeProcesses kills the runtimes and esbuild when the process is killed", async () => {
  const source = `
    import { spawn } from "node:child_process";
    import { once } from "node:events";
    import { RuntimeProcesses } from ${JSON.stringify(SOURCE)};
    new RuntimeProcesses(() => undefined);
    const children = ["--service=0.28.2", "--control-fd=3", "--another"].map((argument) =>
      spawn("sh", ["-c", "exec sleep 600", argument], { stdio: "ignore" }));
    await Promise.all(children.map((child) => once(child, "spawn")));
    console.log(children.map(({ pid }) => pid).join(" "));
    setInterval(() => undefined, 1_000);`;
  const owner = spawn(process.execPath, ["--input-type=module", "--eval", source], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(owner);
  const [line] = await once(owner.stdout, "data");
  const [builder = 0, runtime = 0, other = 0] = String(line).trim().split(" ").map(Number);
  onTestFinished(() => void process.kill(other, "SIGKILL"));
  owner.kill("SIGKILL");
  await eventually("the end of both", () => (isRunning(builder) || isRunning(runtime) ? undefined : true));
  expect(isRunning(other)).toBe(true);
});
