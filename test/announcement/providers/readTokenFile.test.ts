import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { readTokenFile, tokenFolderOf } from "../../../src/announcement/providers/readTokenFile.ts";

let root: string;
let folder: string;
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), "postern-token-")));
  folder = join(root, "tokens");
  await mkdir(join(folder, "sub"), { recursive: true });
  await mkdir(join(root, "tokens-of-others"));
  await writeFile(join(folder, "plain"), "TOKEN\n");
  await writeFile(join(folder, "..dots"), "TOKEN\n");
  await writeFile(join(folder, "large"), "x".repeat(20_000));
  await writeFile(join(root, "outside"), "PLANTED");
  await writeFile(join(root, "tokens-of-others", "token"), "PLANTED");
  await symlink(join(root, "outside"), join(folder, "link"));
  await symlink(root, join(folder, "up"));
  await symlink("loop", join(folder, "loop"));
  // A projected volume of the kubelet: NAME -> ..data/NAME, ..data -> ..TIME.
  await mkdir(join(folder, "..2026_01_01"));
  await writeFile(join(folder, "..2026_01_01", "projected"), "TOKEN");
  await symlink("..2026_01_01", join(folder, "..data"));
  await symlink("..data/projected", join(folder, "projected"));
  execFileSync("mkfifo", [join(folder, "pipe")]);
  return () => rm(root, { recursive: true });
});

const read = (path: string): Promise<string> => readTokenFile(path, { base: folder, folders: ["/no/such", folder] });

it.each(["plain", "./sub/../plain", "..dots", "projected"])("readTokenFile reads %s below the folder", async (path) => {
  expect((await read(path)).trim()).toBe("TOKEN");
  expect((await read(join(folder, path))).trim()).toBe("TOKEN");
});

it("readTokenFile reads a folder that is itself a link", async () => {
  await symlink(folder, join(root, "alias"));
  expect(await readTokenFile("projected", { base: join(root, "alias"), folders: [join(root, "alias")] })).toBe("TOKEN");
});

describe("readTokenFile refuses, without the content,", () => {
  it.each<[string, () => string, RegExp]>([
    ["a file outside", () => join(root, "outside"), /is not below/],
    ["a way out", () => "../outside", /is not below/],
    ["a way out behind a folder", () => "sub/../../outside", /is not below/],
    ["a link to the outside", () => "link", /is not below/],
    ["a way through a link", () => "up/outside", /is not below/],
    ["a folder whose name begins in the same way", () => join(root, "tokens-of-others", "token"), /is not below/],
    ["the folder", () => ".", /is not below/],
    ["the environment of the process", () => "/proc/self/environ", /is not below/],
    ["a device", () => "/dev/zero", /is not below/],
    ["a folder in it", () => "sub", /is not a regular file/],
    ["a pipe without a writer", () => "pipe", /is not a regular file/],
    ["a file of 20 KB", () => "large", /has more than 16384 bytes/],
    ["a circle of links", () => "loop", /cannot be read/],
    ["what is not there", () => "none", /none is empty or cannot be read/],
    ["a NUL", () => "plain\0", /cannot be read/],
  ])("%s", async (_, path, message) => {
    const rejection = read(path());
    await expect(rejection).rejects.toMatchObject({ name: "ProviderError", code: "missing-secret" });
    await expect(rejection).rejects.toThrow(message);
    await expect(rejection).rejects.not.toThrow(/PLANTED|TOKEN\b(?!_)/);
  });

  it("all files, when the folder is the root of the file system", async () => {
    await expect(readTokenFile(join(folder, "plain"), { base: "/", folders: ["/"] })).rejects.toThrow(/is not below/);
  });
});

it("tokenFolderOf is /var/run/secrets/postern unless the environment names another", () => {
  expect([{}, { POSTERN_TOKEN_FOLDER: " " }, { POSTERN_TOKEN_FOLDER: "/a/../b" }].map(tokenFolderOf)).toEqual([
    "/var/run/secrets/postern",
    "/var/run/secrets/postern",
    "/b",
  ]);
});
