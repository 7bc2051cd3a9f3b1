import type { ChunkBuffer } from "./readChunks.ts";

/** Memory that only one body uses. */
export class Segment extends Uint8Array {}

/**
 * Joins the chunks of a body. A chunk of one byte costs one byte, however the caller cuts the body, and growth leaves no
 * garbage behind: buffers lie outside of the heap, and a runtime collects them late.
 */
export class BodyBuffer {
  readonly #segments: Uint8Array[] = [];
  /** Bytes used of the last segment. */
  #used = 0;
  #length = 0;
  #capacity = 0;

  /** Bytes so far. */
  get length(): number {
    return this.#length;
  }

  /** The memory that the buffer holds, in bytes. */
  get capacity(): number {
    return this.#capacity;
  }

  /** Adds a chunk. `isAll` says that no other is expected: it is then kept as it is. Returns whether it was copied. */
  add(chunk: Uint8Array, isAll: boolean): boolean {
    this.#length += chunk.byteLength;
    if (isAll && this.#segments.length === 0) {
      this.#append(chunk);
      this.#used = chunk.byteLength;
      return false;
    }
    for (let at = 0; at < chunk.byteLength; ) {
      let last = this.#segments.at(-1);
      if (last === undefined || this.#used === last.byteLength) {
        last = new Segment(nextBytes(this.#capacity));
        this.#append(last);
        this.#used = 0;
      }
      const part = chunk.subarray(at, at + last.byteLength - this.#used);
      last.set(part, this.#used);
      this.#used += part.byteLength;
      at += part.byteLength;
    }
    return true;
  }

  /** Takes the bytes out, in order. The buffer is then empty. */
  take(): Uint8Array[] {
    const segments = this.#segments.splice(0);
    const last = segments.pop();
    if (last !== undefined) segments.push(last.subarray(0, this.#used));
    this.#used = 0;
    this.#length = 0;
    this.#capacity = 0;
    return segments;
  }

  /** Drops all bytes, and gives their memory back at once. */
  clear(): void {
    freeBytes(this.take());
  }

  #append(segment: Uint8Array): void {
    this.#segments.push(segment);
    this.#capacity += segment.byteLength;
  }
}

/** By how much the memory of a body grows that holds some bytes: a short body takes little, a long one few pieces. */
function nextBytes(capacity: number): number {
  if (capacity === 0) return 4 * 1024;
  if (capacity < 64 * 1024) return 16 * 1024;
  // An allocator gives large pieces back to the system one by one, and small ones only together with those behind them.
  return capacity < 256 * 1024 ? 64 * 1024 : 256 * 1024;
}

/**
 * Gives the memory of a chunk that neither the gate nor the reader needs any longer back at once, where no other bytes are in
 * its buffer. Left to the garbage collector, such chunks take tens of megabytes.
 */
export function freeChunk(chunk: Uint8Array, use: ChunkBuffer | undefined): void {
  const { buffer } = chunk;
  if (use === "done" && chunk.byteLength === buffer.byteLength && buffer instanceof ArrayBuffer) buffer.transfer(0);
}

/** Gives the memory of segments back at once. Chunks that a runtime made stay, for it may use their buffer for others. */
export function freeBytes(parts: readonly Uint8Array[]): void {
  for (const part of parts) if (part instanceof Segment && part.buffer instanceof ArrayBuffer) part.buffer.transfer(0);
}
