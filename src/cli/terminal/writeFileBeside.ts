import { rename, rm, writeFile } from "node:fs/promises";

/** Writes a file whole or not at all: beside its place first, then renamed. `mode` is that of a new file, such as 0o600. */
export async function writeFileBeside(path: string, content: string, mode: number): Promise<void> {
  const beside = `${path}.${process.pid}.new`;
  try {
    await writeFile(beside, content, { mode });
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}
