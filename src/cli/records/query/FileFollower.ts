import type { FileHandle } from "node:fs/promises";
import { openFile } from "../../../records/stores/node/openFile.ts";

const NEWLINE = 0x0a;
/** Read at once. */
const CHUNK_BYTES = 65_536;
/** Longer than any line of a store. What is longer is skipped. */
const MAX_LINE_BYTES = 1024 * 1024;

/** Reads what is added to a file, in whole lines. */
export class FileFollower {
  readonly path: string;
  #offset: number;
  #rest: Uint8Array = new Uint8Array(0);
  /** The first line from the middle of a file is none. */
  #isPartial: boolean;

  /** Begins at a byte of the file. `partial`: it may be within a line. */
  constructor(path: string, offset: number, partial: boolean) {
    this.path = path;
    this.#offset = offset;
    this.#isPartial = partial;
  }

  /**
   * The lines that are whole by now, without newlines. Empty for a file that is gone. A file that became shorter is read
   * from its start. Rejects with the error of the file system.
   */
  async *added(): AsyncGenerator<string> {
    const file = await openIfThere(this.path);
    if (file === undefined) return;
    try {
      if ((await file.stat()).size < this.#offset)
        [this.#offset, this.#rest, this.#isPartial] = [0, new Uint8Array(0), false];
      const chunk = Buffer.alloc(CHUNK_BYTES);
      for (;;) {
        const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, this.#offset);
        if (bytesRead === 0) return;
        this.#offset += bytesRead;
        yield* this.#lines(Buffer.concat([this.#rest, chunk.subarray(0, bytesRead)]));
      }
    } finally {
      await file.close();
    }
  }

  *#lines(bytes: Buffer): Generator<string> {
    let from = 0;
    for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, from)) {
      const line = bytes.toString("utf8", from, at);
      from = at + 1;
      if (!this.#isPartial) yield line;
      this.#isPartial = false;
    }
    this.#rest = bytes.subarray(from);
    if (this.#rest.length > MAX_LINE_BYTES) [this.#rest, this.#isPartial] = [new Uint8Array(0), true];
  }
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await openFile(path);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
