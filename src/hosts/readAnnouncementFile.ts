import { open } from "node:fs/promises";
import type { ServeEnv } from "./serveGate.ts";

/** More is never served; it is read to be refused. In bytes. */
const MOST = 32_768;

/**
 * The announcement from the file that the environment names, or from the environment itself; undefined where there is
 * none. A file that is not there yet announces nothing; one that cannot be read is an error.
 */
export async function readAnnouncementFile(
  env: Pick<ServeEnv, "POSTERN_ANNOUNCEMENT_FILE" | "POSTERN_ANNOUNCEMENT">,
): Promise<string | undefined> {
  const path = env.POSTERN_ANNOUNCEMENT_FILE;
  if (path === undefined || path === "") return env.POSTERN_ANNOUNCEMENT;
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
