import { createReadStream, readFileSync, statSync } from "node:fs";
import type { InputFault } from "../../terminal/InputFault.ts";
import { readFault } from "../../terminal/readFault.ts";
import type { Terminal } from "../../terminal/Terminal.ts";
import { inputName } from "./readManifestFile.ts";

/** Far more than any manifest needs: etcd accepts objects up to 1.5 MiB. */
const MAX_FILE_BYTES = 32 * 1024 * 1024;

/** The text of an input. */
export interface InputText {
  readonly text: string;
  /** Whether it can be read again: a regular file, and not a pipe. */
  readonly isFile: boolean;
}

/** Reads a file, or standard input for `-`. A fault when it is too large, is not UTF-8, or cannot be read. */
export async function readInputText(path: string, stdin: Terminal["stdin"]): Promise<InputText | InputFault> {
  const file = inputName(path);
  try {
    const stats = path === "-" ? undefined : statSync(path);
    const isFile = stats?.isFile() === true;
    // A regular file is read at once: the calls of a stream take as long as to parse a small manifest.
    const bytes = isFile
      ? readRegularFile(path, stats.size)
      : await readUpTo(path === "-" ? stdin : createReadStream(path));
    if (bytes === undefined) return { file, message: `is larger than ${MAX_FILE_BYTES / 1024 / 1024} MiB` };
    return { text: decoder.decode(bytes), isFile };
  } catch (error) {
    return { file, message: error instanceof TypeError ? "is not UTF-8" : readFault(error) };
  }
}

const decoder = new TextDecoder("utf-8", { fatal: true });

function readRegularFile(path: string, size: number): Uint8Array | undefined {
  if (size > MAX_FILE_BYTES) return undefined;
  const bytes = readFileSync(path);
  return bytes.length > MAX_FILE_BYTES ? undefined : bytes;
}

/** Undefined when there are more bytes than the limit: a device or a pipe may be endless. */
async function readUpTo(chunks: AsyncIterable<Uint8Array | string>): Promise<Uint8Array | undefined> {
  const read: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    const piece = typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk;
    bytes += piece.length;
    if (bytes > MAX_FILE_BYTES) return undefined;
    read.push(piece);
  }
  return Buffer.concat(read);
}
