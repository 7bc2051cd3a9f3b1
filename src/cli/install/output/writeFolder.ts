import { lstat, readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder } from "../../render/all/makeFolder.ts";
import { CliError } from "../../terminal/CliError.ts";
import { readFault } from "../../terminal/readFault.ts";
import { writeFileAtomically } from "../../terminal/writeFileAtomically.ts";

/** The first line of each file that `postern install` writes. Files with another first line are left alone. */
export const WRITTEN_BY = "Written by postern install. Change the config and write it again.";

/**
 * Writes files into a folder, and removes the others in it that `postern install` wrote before. Nothing is written when one
 * of the files is there and somebody else wrote it. Returns the names in order. Throws {@link CliError} `unreadable-input`.
 */
export async function writeFolder(folder: string, files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  try {
    await makeFolder(folder);
    if (!(await stat(folder)).isDirectory())
      throw new CliError(
        "unreadable-input",
        `--out: ${folder} is not a folder; expected one, or nothing, at this path`,
      );
    const there = (await readdir(folder)).filter((name) => name.endsWith(".yaml") || name in files);
    const own: string[] = [];
    for (const name of there) if (await isOwn(join(folder, name))) own.push(name);
    const foreign = there.find((name) => name in files && !own.includes(name));
    if (foreign !== undefined)
      throw new CliError(
        "unreadable-input",
        `${join(folder, foreign)} is there, and postern install did not write it; choose another --out, or remove it`,
      );
    for (const [name, text] of Object.entries(files)) await writeFileAtomically(join(folder, name), text, 0o644);
    for (const name of own) if (!(name in files)) await rm(join(folder, name));
    return Object.keys(files);
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError("unreadable-input", `--out: ${folder} cannot be written: ${readFault(error)}`, error);
  }
}

async function isOwn(path: string): Promise<boolean> {
  if (!(await lstat(path)).isFile()) return false;
  return (await readFile(path, "utf8")).startsWith(`# ${WRITTEN_BY}\n`);
}
