/** Fills bytes with random values, as `crypto.getRandomValues` does. */
export type FillRandom = (bytes: Uint8Array<ArrayBuffer>) => unknown;

/** Random bytes are made in advance: to make them costs more than to write them. */
const POOL_BYTES = 4_096;
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
/** Hex digits of the 52 bits that {@link RandomIds.bits} returns. */
const BITS_DIGITS = 13;

/** Random ids in hex, from a pool of random bytes. For a tracer, which decides with them for each request. */
export class RandomIds {
  readonly #fill: FillRandom;
  #pool: Uint8Array<ArrayBuffer> | undefined;
  #at = POOL_BYTES;

  constructor(fill: FillRandom = (bytes) => crypto.getRandomValues(bytes)) {
    this.#fill = fill;
  }

  /** 52 random bits. */
  bits(): number {
    const pool = this.#draw(7);
    let bits = (pool[this.#at - 7] ?? 0) & 0x0f;
    for (let at = this.#at - 6; at < this.#at; at += 1) bits = bits * 256 + (pool[at] ?? 0);
    return bits;
  }

  /** The id of a trace that ends with these 52 bits. */
  traceId(bits: number): string {
    return this.#id(16).slice(0, -BITS_DIGITS) + bits.toString(16).padStart(BITS_DIGITS, "0");
  }

  spanId(): string {
    return this.#id(8);
  }

  /** Ids of zeros are not valid in W3C Trace Context, and are made again. */
  #id(bytes: 8 | 16): string {
    for (;;) {
      const pool = this.#draw(bytes);
      let id = "";
      for (let at = this.#at - bytes; at < this.#at; at += 1) id += HEX[pool[at] ?? 0];
      if (/^0*[1-9a-f]/.test(id.slice(0, 16))) return id;
    }
  }

  /** Takes bytes: those before `#at` of the pool that is returned. */
  #draw(bytes: number): Uint8Array<ArrayBuffer> {
    this.#pool ??= new Uint8Array(POOL_BYTES);
    if (this.#at + bytes > POOL_BYTES) {
      this.#fill(this.#pool);
      this.#at = 0;
    }
    this.#at += bytes;
    return this.#pool;
  }
}
