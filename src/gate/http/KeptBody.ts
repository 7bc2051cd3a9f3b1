import { PEEK_BYTES } from "../../protocol/review/peekReview.ts";
import { BodyBuffer, freeBytes, freeChunk } from "./BodyBuffer.ts";
import type { IntakePlace } from "./BodyIntake.ts";
import type { ChunkBuffer } from "./readChunks.ts";

/**
 * The body of a request: whole, or the beginning of a body that is over a limit. `over` says over which one.
 */
export type Body =
  | CompleteBody
  | { readonly whole: false; readonly beginning: string; readonly over: "bodyBytes" | "callBytes" };

/** A complete body. Where it is needed as bytes, {@link data} has them. */
export class CompleteBody {
  readonly whole = true;
  /** The length in UTF-8. */
  readonly bytes: number;
  /** The bytes in order; undefined where the runtime has read the text in one step. */
  readonly data: readonly Uint8Array[] | undefined;
  /** The memory that parsing takes, in bytes, once it is counted. */
  counted: number | undefined;
  #text: string | undefined;

  /** `content` is the text, or its bytes in UTF-8. */
  constructor(content: string | readonly Uint8Array[], bytes: number) {
    this.bytes = bytes;
    if (typeof content === "string") this.#text = content;
    else this.data = content;
  }

  /** The text. It is decoded once. */
  get text(): string {
    this.#text ??= decoded(this.data ?? []);
    return this.#text;
  }

  /** Gives the memory of the bytes back. The text stays. */
  freeBytes(): void {
    if (this.data === undefined) return;
    this.#text ??= decoded(this.data);
    freeBytes(this.data);
  }

  /** The same body, for one that needs more memory than one call may take. */
  tooCostly(): Body {
    const beginning = this.#text ?? decodedBeginning(this.data ?? []);
    return { whole: false, beginning: beginning.slice(0, PEEK_BYTES), over: "callBytes" };
  }
}

/** What is kept of a body while it arrives: all of it up to the limit, then only its beginning. */
export class KeptBody {
  readonly #buffer = new BodyBuffer();
  readonly #place: IntakePlace;
  readonly #announced: number | undefined;
  readonly #limit: number;
  #bytes = 0;
  #beginning: string | undefined;
  #isDropped = false;

  constructor(place: IntakePlace, announced: number | undefined, limit: number) {
    this.#place = place;
    this.#announced = announced;
    this.#limit = limit;
  }

  /** Adds a chunk, and frees it once it is copied and the reader is done with it. False when the body is no longer wanted. */
  add(chunk: Uint8Array, buffer?: ChunkBuffer): boolean {
    if (this.#isDropped) {
      freeChunk(chunk, buffer);
      return false;
    }
    this.#bytes += chunk.byteLength;
    if (this.#beginning !== undefined) {
      freeChunk(chunk, buffer);
      return true;
    }
    const { capacity, length } = this.#buffer;
    if (this.#bytes > this.#limit) {
      this.#buffer.add(chunk.subarray(0, Math.max(0, PEEK_BYTES - length)), false);
      const segments = this.#buffer.take();
      this.#beginning = decodedBeginning(segments);
      freeBytes(segments);
      this.#place.leave();
      freeChunk(chunk, buffer);
      return true;
    }
    const isCopied = this.#buffer.add(chunk, buffer !== "reads" && this.#bytes === this.#announced);
    if (isCopied) freeChunk(chunk, buffer);
    return this.#place.grow(this.#buffer.capacity - capacity);
  }

  /** The body that has arrived. */
  body(): Body {
    if (this.#beginning !== undefined) return { whole: false, beginning: this.#beginning, over: "bodyBytes" };
    return new CompleteBody(this.#buffer.take(), this.#bytes);
  }

  /** Frees what is kept. Chunks that still arrive are not added. */
  drop(): void {
    this.#isDropped = true;
    this.#buffer.clear();
    this.#place.leave();
  }
}

function decoded(segments: readonly Uint8Array[]): string {
  const [only] = segments;
  if (segments.length === 1 && only !== undefined) return new TextDecoder().decode(only);
  const decoder = new TextDecoder();
  let text = "";
  for (const segment of segments) text += decoder.decode(segment, { stream: true });
  return text + decoder.decode();
}

/** The text of the first {@link PEEK_BYTES}. A character that is cut off is left out. */
function decodedBeginning([first]: readonly Uint8Array[]): string {
  return new TextDecoder().decode(first?.subarray(0, PEEK_BYTES), { stream: true });
}
