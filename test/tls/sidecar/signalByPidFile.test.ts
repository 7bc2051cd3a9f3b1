import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { signalByPidFile } from "../../../src/tls/sidecar/signalByPidFile.ts";

const folder = mkdtempSync(join(tmpdir(), "postern-pid-"));
const file = join(folder, "server.pid");
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

it.each([
  ["a name", "nginx\n", "failed"],
  ["0", "0\n", "failed"],
  ["1", "1\n", "failed"],
  ["a negative number", "-1\n", "failed"],
  ["a group", "-4711", "failed"],
  ["a leading zero", "0123", "failed"],
  ["a fraction", "12.5", "failed"],
  ["hexadecimal", "0x1234", "failed"],
  ["an exponent", "1e3", "failed"],
  ["two numbers", "4711 4712", "failed"],
  ["two lines", "4711\n4712\n", "failed"],
  ["an impossible ID", "99999999", "failed"],
  ["a sign", "+4711", "failed"],
  ["the ID of this process", String(process.pid), "failed"],
  ["no content", "", "down"],
  ["white space", " \n", "down"],
  ["a huge file", "4".repeat(100_000), "failed"],
])("signalByPidFile sends no signal for a file with %s", async (_what, text, result) => {
  writeFileSync(file, text);
  const signalled: unknown[] = [];
  const outcome = await signalByPidFile(file, "SIGHUP", (...call) => signalled.push(call));
  expect({ result: outcome.result, signalled }).toEqual({ result, signalled: [] });
  expect(outcome.result !== "triggered" && outcome.message).toMatch(/server\.pid: /);
});

it("signalByPidFile reports a missing file as down, and a folder as failed", async () => {
  expect(await signalByPidFile(join(folder, "none"), "SIGHUP")).toMatchObject({ result: "down" });
  expect(await signalByPidFile(folder, "SIGHUP")).toMatchObject({ result: "failed" });
});

it.each([
  ["a pipe without a writer", (path: string) => execFileSync("mkfifo", [path])],
  ["a device", (path: string) => symlinkSync("/dev/zero", path)],
])("signalByPidFile does not wait for %s, and sends no signal", async (_what, make) => {
  const path = join(folder, "odd.pid");
  rmSync(path, { force: true });
  make(path);
  expect(await signalByPidFile(path, "SIGHUP")).toEqual({
    result: "failed",
    message: `${path}: cannot be read (not-a-file); expected a process ID`,
  });
});

it("signalByPidFile reads the file each time, signals its process, and reports an ended process as down", async () => {
  for (const signal of ["SIGHUP", "SIGUSR1", "SIGUSR2"] as const) {
    const child = spawn("sleep", ["60"]);
    children.push(child);
    await once(child, "spawn");
    const ended = once(child, "exit");
    writeFileSync(file, `${child.pid}\n`);
    expect(await signalByPidFile(file, signal)).toEqual({ result: "triggered" });
    expect((await ended)[1]).toBe(signal);
    expect(await signalByPidFile(file, signal)).toEqual({
      result: "down",
      message: `${file}: process ${child.pid} is not running`,
    });
  }
});
