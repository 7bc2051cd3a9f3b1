import { constants } from "node:fs";
import { chmod, copyFile, link, lstat, mkdir, mkdtemp, rename, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { CliError } from "../terminal/CliError.ts";
import { readFault } from "../terminal/readFault.ts";
import type { ProjectFile } from "./Project.ts";

/**
 * Checks that a folder has none of these files, and nothing else in the place of their folders: a link would lead out of the folder.
 * Throws {@link CliError} that names what is there.
 */
export async function checkFree(dir: string, files: readonly ProjectFile[]): Promise<void> {
  const there = await statOf(dir, stat);
  if (there !== undefined && !there.isDirectory())
    throw new CliError("usage", `${dir}: is there already and is no folder; choose another folder`);
  if (there === undefined && (await statOf(dir, lstat)) !== undefined)
    throw new CliError("usage", `${dir}: is a link that leads nowhere; choose another folder`);
  if (there === undefined) return;
  const taken: string[] = [];
  for (const { path } of files) if ((await statOf(join(dir, path), lstat)) !== undefined) taken.push(path);
  for (const folder of foldersOf(files)) {
    const found = await statOf(join(dir, folder), lstat);
    if (found !== undefined && !found.isDirectory()) taken.push(folder);
  }
  const [first, ...others] = taken;
  if (first === undefined) return;
  const more = others.length === 0 ? "" : ` (and ${others.length} more)`;
  throw new CliError(
    "usage",
    `${join(dir, first)}: is there already${more}, and is not overwritten; nothing is written: choose another folder`,
  );
}

/**
 * Writes all files, or none. A folder that is not there appears with all of them at once. Into one that is there, they are linked from a
 * draft, which fails for a name that is taken. Throws {@link CliError}.
 */
export async function writeProject(dir: string, files: readonly ProjectFile[]): Promise<void> {
  const isNew = (await statOf(dir, stat)) === undefined;
  const made: string[] = [];
  const placed: string[] = [];
  let draft: string | undefined;
  try {
    const beside = isNew ? dirname(resolve(dir)) : resolve(dir);
    await makeFolder(beside, made);
    draft = await mkdtemp(join(beside, ".postern-init-"));
    await chmod(draft, 0o755);
    for (const file of files) await writeDraft(draft, file);
    if (isNew) await rename(draft, dir);
    else await placeAll(draft, dir, files, { made, placed });
  } catch (error) {
    for (const file of placed) await rm(file, { force: true });
    if (draft !== undefined) await rm(draft, { recursive: true, force: true });
    // What somebody else has put there meanwhile stays.
    for (const folder of made.reverse()) await rmdir(folder).catch(() => undefined);
    throw new CliError(
      "unreadable-input",
      `${dir}: cannot be written: ${writeFault(error)}; nothing is written`,
      error,
    );
  }
  await rm(draft, { recursive: true, force: true });
}

async function writeDraft(draft: string, { path, content, isSecret }: ProjectFile): Promise<void> {
  await mkdir(dirname(join(draft, path)), { recursive: true });
  await writeFile(join(draft, path), content, { mode: isSecret === true ? 0o600 : 0o644, flag: "wx" });
}

/** What a write has made so far, to be taken back. */
interface Made {
  readonly made: string[];
  readonly placed: string[];
}

async function placeAll(draft: string, dir: string, files: readonly ProjectFile[], { made, placed }: Made) {
  for (const folder of foldersOf(files)) await makeFolder(resolve(dir, folder), made);
  for (const { path } of files) {
    await place(join(draft, path), join(dir, path));
    placed.push(join(dir, path));
  }
}

function writeFault(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EEXIST" || code === "ENOTEMPTY") return "something is there now, which is not overwritten";
  if (code === "ENOSPC" || code === "EDQUOT") return "there is no space left";
  return code === "EROFS" ? "the file system is read-only" : readFault(error);
}

/** Puts a file at its place, unless the name is taken. Not every file system has links. */
async function place(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") throw error;
    await copyFile(from, to, constants.COPYFILE_EXCL);
  }
}

/** Makes a folder with those above it, and notes what it made. */
async function makeFolder(folder: string, made: string[]): Promise<void> {
  if ((await statOf(folder, stat)) !== undefined) return;
  await makeFolder(dirname(folder), made);
  await mkdir(folder);
  made.push(folder);
}

/** The folders of files, outermost first. */
function foldersOf(files: readonly ProjectFile[]): string[] {
  const folders = new Set<string>();
  for (const { path } of files) {
    const parts = path.split("/").slice(0, -1);
    for (const [index] of parts.entries()) folders.add(parts.slice(0, index + 1).join(sep));
  }
  return [...folders];
}

async function statOf(path: string, read: typeof stat | typeof lstat) {
  try {
    return await read(path);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new CliError("unreadable-input", `${path}: cannot be looked at: ${readFault(error)}`, error);
  }
}
