import type { Stats } from "node:fs";
import { constants, type FileHandle, open } from "node:fs/promises";
import { TlsError, type TlsFaultCode } from "../TlsError.ts";

/** The longest chain of a public CA has about 20 KB. A Secret holds at most 1 MiB. */
const MAX_BYTES = 1024 * 1024;
const PART_BYTES = 16 * 1024;

/** Content of a file, with the facts that distinguish it from a replacement. */
export interface PemFile {
  readonly text: string;
  readonly mode: number;
  /** Device, inode, size and times. */
  readonly identity: string;
}

/**
 * Reads a regular file of at most 1 MiB. Refuses pipes, devices and folders. `what` names the expected content in messages.
 * Throws {@link TlsError}.
 */
export async function readPemFile(path: string, what: string): Promise<PemFile> {
  const file = await openFile(path, what);
  try {
    const stats = await file.stat();
    if (!stats.isFile())
      throw new TlsError({ code: "not-a-file", message: `${path}: ${kindOf(stats)}, not a ${what}` });
    const bytes = await readBounded(file, path, what);
    const { dev, ino, mode, size, mtimeMs, ctimeMs } = stats;
    return { text: bytes.toString("utf8"), mode, identity: [dev, ino, size, mtimeMs, ctimeMs].join(" ") };
  } finally {
    await file.close();
  }
}

async function openFile(path: string, what: string): Promise<FileHandle> {
  try {
    // Without O_NONBLOCK, open() on a pipe waits for a writer.
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw systemFault(error, path, what);
  }
}

async function readBounded(file: FileHandle, path: string, what: string): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  // The size from stat is not reliable: a file may grow, and some files report none.
  while (length <= MAX_BYTES) {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(PART_BYTES), 0, PART_BYTES).catch((error: unknown) => {
      throw systemFault(error, path, what);
    });
    if (bytesRead === 0) break;
    parts.push(buffer.subarray(0, bytesRead));
    length += bytesRead;
  }
  if (length > MAX_BYTES)
    throw new TlsError({ code: "too-large", message: `${path}: larger than 1 MiB, too large for a ${what}` });
  if (length === 0) throw new TlsError({ code: "empty", message: `${path}: empty, expected a ${what} in PEM` });
  return Buffer.concat(parts);
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return "a folder";
  if (stats.isFIFO()) return "a pipe";
  return "a device";
}

const SYSTEM: Readonly<Record<string, readonly [TlsFaultCode, string]>> = {
  ENOENT: ["missing", "does not exist"],
  ENOTDIR: ["missing", "does not exist: a part of the path is not a folder"],
  EACCES: ["unreadable", "may not be read by this user"],
  EPERM: ["unreadable", "may not be read by this user"],
  ELOOP: ["symlink-loop", "a symbolic link that points to itself"],
  EISDIR: ["not-a-file", "a folder"],
  ENXIO: ["not-a-file", "a socket"],
  ENAMETOOLONG: ["missing", "does not exist: the name is too long"],
};

function systemFault(error: unknown, path: string, what: string): TlsError {
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
  const [fault, words] = SYSTEM[code] ?? ["unreadable", `cannot be read (${code})`];
  return new TlsError({ code: fault, message: `${path}: ${words}; expected a ${what} in PEM` }, error);
}
