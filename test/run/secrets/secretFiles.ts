import { closeSync, openSync, readdirSync, readSync } from "node:fs";
import { join, relative } from "node:path";
import { SecretScan } from "./SecretScan.ts";

const CHUNK_BYTES = 1024 * 1024;
/** What is read of one file, and of a folder. A run leaves few files. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;
const MAX_BYTES = 512 * 1024 * 1024;

/**
 * The files below a folder in which a planted secret is, without those of `except`. Keys and tokens in files are not looked
 * for: servers need them there.
 */
export function secretFiles(folder: string, except: readonly string[]): string[] {
  const found: string[] = [];
  let left = MAX_BYTES;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = relative(folder, path);
    if (!entry.isFile() || except.some((it) => name.startsWith(`${it}/`)) || left <= 0) continue;
    const scan = new SecretScan();
    left -= scanFile(path, Math.min(left, MAX_FILE_BYTES), scan);
    if (scan.found.some(({ kind }) => kind === "planted secret")) found.push(name);
  }
  return found.sort();
}

/** Returns how many bytes were read. A file that another process removes has none. */
function scanFile(path: string, maxBytes: number, scan: SecretScan): number {
  let descriptor: number;
  try {
    descriptor = openSync(path, "r");
  } catch {
    return 0;
  }
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    let at = 0;
    while (at < maxBytes) {
      const read = readSync(descriptor, chunk, 0, CHUNK_BYTES, at);
      if (read === 0) break;
      scan.add(chunk.toString("latin1", 0, read));
      at += read;
    }
    return at;
  } finally {
    closeSync(descriptor);
  }
}
