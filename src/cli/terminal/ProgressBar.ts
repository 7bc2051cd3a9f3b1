import type { Output, Terminal } from "./Terminal.ts";

/** How often the line is written again, in milliseconds. */
const INTERVAL_MS = 100;
const WIDTH = 30;

/** A line on standard error that says how much of some work is done, on a terminal only. It goes away at the end. */
export class ProgressBar {
  readonly #output: Output | undefined;
  readonly #noun: string;
  readonly #total: number;
  readonly #now: () => number;
  #nextMs: number;
  #shown = 0;

  /** `noun` is what is counted, such as `files`. */
  constructor({ stderr }: Terminal, noun: string, total: number, now: () => number) {
    this.#output = stderr.isTTY === true ? stderr : undefined;
    this.#noun = noun;
    this.#total = total;
    this.#now = now;
    // Work that is over at once has none.
    this.#nextMs = now() + INTERVAL_MS;
  }

  /** Says how much is done. */
  show(done: number): void {
    if (this.#output === undefined || this.#now() < this.#nextMs) return;
    this.#nextMs = this.#now() + INTERVAL_MS;
    const full = this.#total === 0 ? WIDTH : Math.floor((WIDTH * done) / this.#total);
    const bar = "#".repeat(full).padEnd(WIDTH, ".");
    const text = `[${bar}] ${done.toLocaleString("en")} of ${this.#total.toLocaleString("en")} ${this.#noun}`;
    this.#output.write(`\r${text.padEnd(this.#shown)}`);
    this.#shown = text.length;
  }

  /** Removes the line, so that another one can be written. */
  clear(): void {
    if (this.#shown > 0) this.#output?.write(`\r${" ".repeat(this.#shown)}\r`);
    this.#shown = 0;
  }
}
