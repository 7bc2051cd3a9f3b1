import { constants, statSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { RecordError } from "../../RecordError.ts";
import { readError } from "./storeError.ts";

/**
 * Opens a file of a store for reading, also by a link. Rejects with {@link RecordError} for what is no regular file: a FIFO
 * would keep a reader waiting, and a device need not end. Rejects with the error of the file system as `open` does.
 */
export async function openFile(path: string): Promise<FileHandle> {
  // Without it, opening a FIFO waits for a writer.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw notAFile(path);
}

/** Whether there is a regular file. Throws {@link RecordError} where something else is there, or nobody can know. */
export function hasFile(path: string): boolean {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found?.isFile() === false) throw notAFile(path);
    return found !== undefined;
  } catch (error) {
    throw readError(path, error);
  }
}

function notAFile(path: string): RecordError {
  return new RecordError("store-unavailable", `${path} is not a regular file, so a gate did not write it`);
}
