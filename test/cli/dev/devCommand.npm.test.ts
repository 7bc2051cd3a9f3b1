import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { delimiter, dirname, resolve } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { eventually } from "../../run/eventually.ts";
import { processesOf } from "../../run/processes/processesOf.ts";
import { patience } from "../../run/speedFactor.ts";
import { InputFolder } from "../InputFolder.ts";

const GATE = `import { defineGate } from "postern";
import { denyLabels } from "postern/policies";
export default defineGate({ policies: [denyLabels()], clusters: { local: { identity: 'none' } } });
`;
const WORKER = `import { createWorker } from "postern/gate";
import gate from "./gate.ts";
export default createWorker(gate);
`;
const STARTED_MS = patience(60_000);
const ENDED_MS = patience(45_000);
/** Longer than all waits of a test together, each of which says what it waited for. */
const TEST_MS = STARTED_MS + 3 * ENDED_MS;

let folder: InputFolder;
let npm: ChildProcess;
let out = "";
beforeEach(() => {
  out = "";
  folder = new InputFolder();
  folder.write("functions/gate.ts", GATE);
  folder.write("functions/worker.ts", WORKER);
});
afterEach(async () => {
  for (const { pid } of processesOf(folder.path, [process.pid])) killIfRunning(pid);
  folder.remove();
});

/** Runs `npm start` in the folder, with the script of this repository. `change` changes the script. */
function npmStart(change = (script: string): string => script): void {
  const { scripts } = JSON.parse(readFileSync("package.json", "utf8"));
  const start = change(String(scripts.start).replace("src/cli/postern.ts", resolve("src/cli/postern.ts")));
  folder.write("package.json", JSON.stringify({ name: "project", scripts: { start } }));
  npm = spawn("npm", ["start", "--", "--port", "0"], {
    cwd: folder.path,
    // A group of its own, as a shell gives to a job.
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH ?? ""}` },
  });
  for (const output of [npm.stdout, npm.stderr])
    output?.setEncoding("utf8").on("data", (text: string) => {
      out += text;
    });
}

function killIfRunning(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended since it was found.
  }
}

/** Resolves to the port once the start is printed, and to the process that serves. */
async function started(): Promise<{ port: number; dev: number }> {
  await eventually("the end of the start", () => (/^apply it/m.test(out) ? true : undefined), STARTED_MS).catch(() => {
    throw new Error(`npm start has printed:\n${out}`);
  });
  const port = /https:\/\/localhost:(\d+)/.exec(out)?.[1];
  const dev = processesOf(folder.path, [process.pid]).find(
    ({ command }) => /postern\.ts dev/.test(command) && !/sh -c/.test(command),
  );
  expect(dev).toBeDefined();
  expect(await isOpen(Number(port))).toBe(true);
  return { port: Number(port), dev: dev?.pid ?? 0 };
}

async function untilNothingIsLeft(port: number): Promise<void> {
  const left = (): string[] => processesOf(folder.path, [process.pid]).map(({ command }) => command);
  await eventually("the end of all processes", () => (left().length === 0 ? true : undefined), ENDED_MS).catch(() => {
    throw new Error(`still running:\n${left().join("\n")}`);
  });
  expect(await isOpen(port)).toBe(false);
}

async function isOpen(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Resolves to the exit code of npm, or to the signal that ended it. */
function ended(): Promise<unknown> {
  return eventually("the end of npm", () => npm.exitCode ?? npm.signalCode ?? undefined, ENDED_MS);
}

it.each<[signal: NodeJS.Signals, to: "npm" | "dev" | "group", exit: number | string]>([
  ["SIGTERM", "npm", 0],
  ["SIGHUP", "npm", "SIGHUP"],
  ["SIGKILL", "npm", "SIGKILL"],
  ["SIGKILL", "dev", "SIGKILL"],
  // As a terminal at Ctrl-C. npm sends it to dev once more.
  ["SIGINT", "group", 0],
])("npm start ends with all its processes at %s to %s", { timeout: TEST_MS }, async (signal, to, exit) => {
  npmStart();
  const { port, dev } = await started();
  process.kill({ npm: npm.pid ?? 0, dev, group: -(npm.pid ?? 0) }[to], signal);
  expect(await ended()).toBe(exit);
  await untilNothingIsLeft(port);
  if (signal !== "SIGKILL") expect(out).toMatch(/\nstopped\n/);
});

it("postern dev in a script with a shell in between ends when npm has ended the shell", {
  timeout: TEST_MS,
}, async () => {
  npmStart((script) => `${script.replace(/^exec /, "")} --port 0; true #`);
  const { port } = await started();
  process.kill(npm.pid ?? 0, "SIGTERM");
  await untilNothingIsLeft(port);
});
