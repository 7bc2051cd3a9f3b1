/** Fills bytes with random values, as `crypto.getRandomValues` does. */
export type FillRandom = (bytes: Uint8Array<ArrayBuffer>) => unknown;

/** Random bytes are made in advance: to make them costs more than to write them. */
const POOL_BYTES = 4_096;
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Random ids in hex, from a pool of random bytes. For a tracer, which needs one for each request. */
export class RandomIds {
  readonly #fill: FillRandom;
  #pool: Uint8Array<ArrayBuffer> | undefined;
  #at = POOL_BYTES;

  constructor(fill: FillRandom = (bytes) => crypto.getRandomValues(bytes)) {
    this.#fill = fill;
  }

  /** An id of 8 or 16 bytes. Ids of zeros are not valid in W3C Trace Context, and are made again. */
  next(bytes: 8 | 16): string {
    for (;;) {
      const id = this.#next(bytes);
      if (/[^0]/.test(id)) return id;
    }
  }

  #next(bytes: 8 | 16): string {
    this.#pool ??= new Uint8Array(POOL_BYTES);
    if (this.#at + bytes > POOL_BYTES) {
      this.#fill(this.#pool);
      this.#at = 0;
    }
    let id = "";
    for (const end = this.#at + bytes; this.#at < end; this.#at += 1) id += HEX[this.#pool[this.#at] ?? 0];
    return id;
  }
}
