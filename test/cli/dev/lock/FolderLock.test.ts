import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { afterEach, beforeEach, expect, it } from "vitest";
import { FolderLock } from "../../../../src/cli/dev/lock/FolderLock.ts";
import { InputFolder } from "../../InputFolder.ts";

let folder: InputFolder;
let path: string;
beforeEach(() => {
  folder = new InputFolder();
  path = `${folder.path}/dev.lock`;
});
afterEach(() => folder.remove());

const fault = async (): Promise<string> => {
  const error: unknown = await FolderLock.take(folder.path).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "cannot-serve" });
  return String(Object(error).message).replaceAll(folder.path, ".postern");
};

/** The id of a process that has ended. */
async function endedPid(): Promise<number> {
  const child = spawn(process.execPath, ["-e", ""], { stdio: "ignore" });
  await once(child, "exit");
  return child.pid ?? 0;
}

it("FolderLock refuses a second holder, names the first and its port, and is gone after its release", async () => {
  const lock = await FolderLock.take(folder.path);
  expect(await fault()).toBe(
    `another postern dev (process ${process.pid}) uses .postern; stop it, or start this one in another folder. If it is not running, delete .postern/dev.lock`,
  );
  await lock.servesAt(8443);
  expect(await fault()).toMatch(new RegExp(`^another postern dev \\(process ${process.pid}, port 8443\\) uses `));
  await lock.release();
  expect(existsSync(path)).toBe(false);
  await (await FolderLock.take(folder.path)).release();
});

it("FolderLock refuses while a process of another session holds it", async () => {
  folder.write("dev.lock", JSON.stringify({ pid: process.ppid, port: 9443 }));
  expect(await fault()).toContain(`(process ${process.ppid}, port 9443)`);
});

it.each<[what: string, content: () => Promise<string> | string]>([
  ["of a process that has ended", async () => JSON.stringify({ pid: await endedPid(), port: 8443 })],
  [
    "of a process whose id another has now",
    () => JSON.stringify({ pid: process.pid, started: "another boot 1", port: 8443 }),
  ],
  ["with this process id from before a restart", () => JSON.stringify({ pid: process.pid, port: 1 })],
  ["that is empty", () => ""],
  ["that is no lock", () => '{"pid":"1"}'],
])("FolderLock takes over a lock %s", async (_what, content) => {
  folder.write("dev.lock", await content());
  const lock = await FolderLock.take(folder.path);
  expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ pid: process.pid });
  await lock.release();
  expect(existsSync(path)).toBe(false);
});

it("FolderLock leaves the lock of another process at its release", async () => {
  const lock = await FolderLock.take(folder.path);
  const other = JSON.stringify({ pid: process.ppid });
  folder.write("dev.lock", other);
  await lock.release();
  expect(readFileSync(path, "utf8")).toBe(other);
});

it("FolderLock says that it cannot be written", async () => {
  await expect(FolderLock.take(`${folder.path}/none`)).rejects.toMatchObject({
    code: "cannot-serve",
    message: `${folder.path}/none/dev.lock cannot be written (ENOENT); check its permissions and the room on its disk`,
  });
});
