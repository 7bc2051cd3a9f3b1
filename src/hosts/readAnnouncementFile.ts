import { open } from "node:fs/promises";

/** Twice the longest announcement that the gate serves. A longer file is cut, and then not served. */
const MAX_BYTES = 32_768;

/**
 * Reads an announcement from a file. Without a path, `text` is the announcement. Resolves to undefined when the file does
 * not exist yet. Rejects with the system's error when the file cannot be read.
 */
export async function readAnnouncementFile(
  path: string | undefined,
  text: string | undefined,
): Promise<string | undefined> {
  if (path === undefined || path === "") return text;
  const file = await open(path, "r").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  });
  if (file === undefined) return undefined;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_BYTES), 0, MAX_BYTES, 0);
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await file.close();
  }
}
