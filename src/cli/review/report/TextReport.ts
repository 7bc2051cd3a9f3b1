import type { Output, Terminal } from "../../terminal/Terminal.ts";
import type { JudgedObject } from "../JudgedObject.ts";
import { printSummary } from "../printSummary.ts";
import { reviewText } from "../reviewText.ts";
import { reviewYaml } from "../reviewYaml.ts";
import type { ReviewEnd, ReviewReport } from "./ReviewReport.ts";

/** A review for people. With `yaml` standard output has the objects as they become, and standard error what is for people. */
export class TextReport implements ReviewReport {
  readonly #terminal: Terminal;
  readonly #output: Output;
  readonly #isYaml: boolean;
  readonly #verbose: boolean;

  constructor(terminal: Terminal, { isYaml, verbose }: { readonly isYaml: boolean; readonly verbose: boolean }) {
    this.#terminal = terminal;
    this.#output = isYaml ? terminal.stderr : terminal.stdout;
    this.#isYaml = isYaml;
    this.#verbose = verbose;
  }

  object(judged: JudgedObject): void {
    this.#output.write(reviewText(this.#terminal, this.#output, judged, this.#verbose));
    if (this.#isYaml) this.#terminal.stdout.write(reviewYaml(judged));
  }

  unreadable(): void {}

  end({ counts, skipped }: ReviewEnd): void {
    printSummary(this.#terminal, this.#output, counts, { skipped, verbose: this.#verbose });
  }
}
