import type { Output, Terminal } from "../Terminal.ts";

/** A line on standard error that says what is done now, on a terminal only. It goes away at the end. */
export class StepLine {
  readonly #output: Output | undefined;
  #shown = 0;

  constructor({ stderr }: Terminal) {
    this.#output = stderr.isTTY === true ? stderr : undefined;
  }

  /** Says what is done now. */
  show(step: string): void {
    const text = `${step} …`;
    this.#output?.write(`\r${text.padEnd(this.#shown)}`);
    this.#shown = text.length;
  }

  /** Removes the line. */
  clear(): void {
    if (this.#shown > 0) this.#output?.write(`\r${" ".repeat(this.#shown)}\r`);
    this.#shown = 0;
  }
}
