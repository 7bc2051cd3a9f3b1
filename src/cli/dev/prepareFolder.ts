import { execFile } from "node:child_process";
import { chmod, lstat, mkdir, readdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { CliError } from "../terminal/CliError.ts";

/** The only folder in it, see `DevRecords`. */
const RECORDS = "records";
const GIT_TIMEOUT_MS = 5_000;
/** What is wrong, and what to do. */
const FAULTS: Readonly<Record<string, readonly [fault: string, advice: string]>> = {
  EACCES: ["may not be written", "change its mode or that of the folder above, or run postern dev in another folder"],
  EPERM: ["may not be changed", "it belongs to another user: delete it, or run postern dev in another folder"],
  EEXIST: ["is a file", "move it to another place"],
  ENOTDIR: ["is below a file", "move this file to another place"],
  EROFS: ["is on a file system that is read-only", "run postern dev in another folder"],
  ENOSPC: ["is on a disk that is full", "make room on it"],
};

/**
 * Creates the folder of `postern dev`, with mode 0700, in which git ignores every file. Resolves to doubts about files
 * that are already there, one sentence each. Throws {@link CliError} `bad-local-ca` when the folder, or anything below it, is
 * a symbolic link, belongs to another user, or is in a git repository: then others may know the key of the CA.
 */
export async function prepareFolder(folder: string): Promise<string[]> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw unusable(folder, error);
  }
  await checkOwn(folder, "isDirectory");
  const names = await readdir(folder).catch((error: unknown): never => {
    throw unusable(folder, error);
  });
  for (const name of names) await checkOwn(join(folder, name), name === RECORDS ? "isDirectory" : "isFile");
  if (names.includes(RECORDS)) await checkRecords(join(folder, RECORDS));
  await checkUntracked(folder);
  const doubts = names.includes("ca-key.pem") ? await doubtsAbout(join(folder, "ca-key.pem"), folder) : [];
  try {
    await chmod(folder, 0o700);
    // Keys must not be committed to the project.
    await writeFile(join(folder, ".gitignore"), "*\n");
  } catch (error) {
    throw unusable(folder, error);
  }
  return doubts;
}

function unusable(folder: string, error: unknown): CliError {
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  const [fault, advice] = FAULTS[code] ?? [`cannot be used (${code})`, "run postern dev in another folder"];
  return new CliError("bad-local-ca", `${folder}, the folder for the local CA, ${fault}; ${advice}`, error);
}

/** A link could lead a write, or a change of mode, to any file of the user. */
async function checkOwn(path: string, expected: "isDirectory" | "isFile"): Promise<void> {
  const stats = await lstat(path);
  if (stats.isSymbolicLink())
    throw new CliError("bad-local-ca", `${path} is a symbolic link; delete it, postern dev creates a new one`);
  if (!stats[expected]())
    throw new CliError(
      "bad-local-ca",
      `${path} is not a ${expected === "isFile" ? "file" : "folder"}; move it to another place`,
    );
  const user = process.getuid?.() ?? 0;
  if (user !== 0 && stats.uid !== user && stats.uid !== 0)
    throw new CliError("bad-local-ca", `${path} belongs to another user; delete it, postern dev creates a new one`);
}

/** The store of records opens and makes files in folders of its own. */
async function checkRecords(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown): never => {
    throw unusable(folder, error);
  });
  for (const entry of entries) if (!entry.isDirectory()) await checkOwn(join(entry.parentPath, entry.name), "isFile");
}

/** A CA that came with a repository has a key that others know. Without git, there is no check. */
async function checkUntracked(folder: string): Promise<void> {
  const path = resolve(folder);
  const { stdout } = await promisify(execFile)(
    "git",
    // A repository could name a program as its file system monitor. That of another user counts too: root in a container
    // has the repository of a user, and git refuses it otherwise.
    ["-c", "core.fsmonitor=false", "-c", "safe.directory=*", "ls-files", "--", path],
    { cwd: dirname(path), timeout: GIT_TIMEOUT_MS },
  ).catch(() => ({ stdout: "" }));
  const [tracked] = stdout.split("\n").filter((line) => line !== "");
  if (tracked !== undefined)
    throw new CliError(
      "bad-local-ca",
      `${join(dirname(folder), tracked)} is in the git repository, so others may know the key of the CA; run git rm -r --cached ${folder}, and delete ${folder}`,
    );
}

async function doubtsAbout(key: string, folder: string): Promise<string[]> {
  const { mode } = await lstat(key);
  return (mode & 0o077) === 0
    ? []
    : [`other users could read ${key}; delete ${folder} if you did not create it, and a new CA is created`];
}
