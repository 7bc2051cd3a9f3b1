import { printable } from "../../telemetry/printable.ts";
import { ProgressBar } from "../terminal/ProgressBar.ts";
import type { Terminal } from "../terminal/Terminal.ts";
import { shortList } from "./shortList.ts";

const BAR_MS = 200;
/** Of lines where no bar can be, such as in a pipeline. */
const LINE_MS = 5_000;

/** Says on standard error how many clusters are done: a bar on a terminal, else a line every five seconds with those that are awaited. */
export class FleetProgress {
  readonly #total: number;
  readonly #bar: ProgressBar;
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #waiting = new Set<string>();
  #done = 0;

  /** With `isSilent` there are no lines: standard error is for machines. */
  constructor(terminal: Terminal, total: number, isSilent: boolean, lineMs = LINE_MS) {
    const { stderr } = terminal;
    this.#total = total;
    this.#bar = new ProgressBar(terminal, "clusters", total, Date.now);
    if (stderr.isTTY === true) this.#timer = setInterval(() => this.#bar.show(this.#done), BAR_MS);
    else if (!isSilent) this.#timer = setInterval(() => stderr.write(this.#line()), lineMs);
  }

  begin(cluster: string): void {
    this.#waiting.add(cluster);
  }

  end(cluster: string): void {
    this.#waiting.delete(cluster);
    this.#done += 1;
  }

  /** Ends it, and removes the bar. */
  stop(): void {
    clearInterval(this.#timer);
    this.#bar.clear();
  }

  #line(): string {
    const waiting = printable(shortList([...this.#waiting]));
    return `postern: ${this.#done} of ${this.#total} clusters done; waiting for ${waiting}\n`;
  }
}
