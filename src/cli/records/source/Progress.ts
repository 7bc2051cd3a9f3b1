import type { Output, Terminal } from "../../terminal/Terminal.ts";

/** How often the line is written again, in milliseconds. */
const INTERVAL_MS = 200;

/** A line on standard error that says how many records were read, on a terminal only. */
export class Progress {
  readonly #output: Output | undefined;
  readonly #verb: string;
  readonly #now: () => number;
  #nextMs: number;
  #width = 0;

  constructor({ stderr }: Terminal, verb: string, now: () => number) {
    this.#output = stderr.isTTY === true ? stderr : undefined;
    this.#verb = verb;
    this.#now = now;
    // A read that is over at once has none.
    this.#nextMs = now() + INTERVAL_MS;
  }

  /** Says how many records were read up to now. */
  show(cluster: string, records: number): void {
    if (this.#output === undefined || this.#now() < this.#nextMs) return;
    this.#nextMs = this.#now() + INTERVAL_MS;
    const text = `${this.#verb} ${cluster}: ${records.toLocaleString("en")} records`.slice(0, 79);
    this.#output.write(`\r${text.padEnd(this.#width)}`);
    this.#width = text.length;
  }

  /** Removes the line. */
  clear(): void {
    if (this.#width > 0) this.#output?.write(`\r${" ".repeat(this.#width)}\r`);
    this.#width = 0;
  }
}
