const encoder = new TextEncoder();

/** What stands around a text in a record, at most: member names, quotes and braces. */
const AROUND_BYTES = 96;

/** Bounds the texts of one list in a record: what a caller sends must not make a record larger than a store takes. */
export class TextBudget {
  #left: number;

  /** `bytes` of JSON in UTF-8 for all texts together. */
  constructor(bytes: number) {
    this.#left = bytes;
  }

  /** The text, or as much of it as there is room for, with an ellipsis. Undefined when there is room for none of it. */
  take(text: string): string | undefined {
    const room = this.#left - AROUND_BYTES;
    const bytes = bytesOf(text);
    this.#left = Math.max(0, room - bytes);
    return bytes <= room ? text : cut(text, room);
  }
}

/** Cuts a text to a number of bytes of JSON in UTF-8. Undefined when none of it fits. */
export function cut(text: string, bytes: number): string | undefined {
  let length = Math.min(text.length, bytes);
  // A code unit takes at most 6 bytes, so this ends after a few steps.
  for (let kept = text; length > 0; length = Math.floor(length / 2)) {
    kept = length === text.length ? text : `${text.slice(0, length).toWellFormed()}…`;
    if (bytesOf(kept) <= bytes) return kept;
  }
  return text === "" && bytes >= bytesOf("") ? "" : undefined;
}

function bytesOf(text: string): number {
  return encoder.encode(JSON.stringify(text)).length;
}
