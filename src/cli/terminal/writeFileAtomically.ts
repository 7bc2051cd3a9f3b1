import { rename, rm, writeFile } from "node:fs/promises";

/**
 * Writes a file in one step, by writing a temporary file and renaming it. `mode` is the mode of the file, such as
 * 0o600.
 */
export async function writeFileAtomically(path: string, content: string, mode: number): Promise<void> {
  const temporary = `${path}.${process.pid}.new`;
  try {
    // Not over a file or a link that is already there: a link would lead to another file.
    await rm(temporary, { force: true });
    await writeFile(temporary, content, { mode, flag: "wx" });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
