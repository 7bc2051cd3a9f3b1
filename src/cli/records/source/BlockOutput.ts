import type { Output } from "../../terminal/Terminal.ts";

/** Large writes are several times as fast as one for each line. */
const BLOCK_CHARACTERS = 65_536;

/** Writes lines in blocks. Call `end` after the last. */
export class BlockOutput {
  readonly #output: Output;
  #block = "";

  constructor(output: Output) {
    this.#output = output;
  }

  write(text: string): void {
    this.#block += text;
    if (this.#block.length >= BLOCK_CHARACTERS) this.end();
  }

  end(): void {
    if (this.#block !== "") this.#output.write(this.#block);
    this.#block = "";
  }
}
