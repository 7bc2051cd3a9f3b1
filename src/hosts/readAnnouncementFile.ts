import { open } from "node:fs/promises";

/** More is never served; it is read to be refused. In bytes. */
const MOST = 32_768;

/**
 * Reads an announcement from a file; `text` is the announcement where no file is named. Resolves to undefined for a file that does not exist yet. Rejects for a file that cannot be read.
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
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MOST), 0, MOST, 0);
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await file.close();
  }
}
