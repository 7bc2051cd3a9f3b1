import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { planted } from "./planted.ts";
import { secretFiles } from "./secretFiles.ts";

it("secretFiles names the files with a planted secret, and none of those that are left out", async () => {
  const folder = await mkdtemp(join(tmpdir(), "postern-files-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const files: Readonly<Record<string, string>> = {
    "a/log": `token ${planted("a")}`,
    "a/encoded": Buffer.from(`:${planted("a")}`).toString("base64"),
    // Across two chunks of a read.
    "a/long": `${"x".repeat(1024 * 1024 - 5)}${planted("a")}`,
    "a/clean": "nothing",
    "a/key.pem": "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg\n",
    "once/bundle": planted("a"),
  };
  for (const name of ["a", "once"]) await mkdir(join(folder, name));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  await symlink("/proc/self/environ", join(folder, "a/link"));
  expect(secretFiles(folder, ["once"])).toEqual(["a/encoded", "a/log", "a/long"]);
});
