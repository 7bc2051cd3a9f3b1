import { appendFileSync } from "node:fs";
import type { Reporter, TestModule, TestRunEndReason } from "vitest/node";

/** The environment variable with the path of the file that failures are appended to. */
export const FAILURES_VARIABLE = "POSTERN_FAILURES_FILE";

const MAX_MESSAGE_LENGTH = 160;

/** A Vitest reporter that appends a line to a file for each test that failed: where it is, its title and its first error. */
export class FailureList implements Reporter {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly ErrorText[], _reason?: TestRunEndReason): void {
    const lines: string[] = [];
    for (const module of modules) {
      const { relativeModuleId } = module;
      for (const error of module.errors()) lines.push(lineOf(relativeModuleId, error));
      for (const suite of module.children.allSuites())
        for (const error of suite.errors()) lines.push(lineOf(`${relativeModuleId}: ${suite.fullName}`, error));
      for (const test of module.children.allTests("failed"))
        lines.push(lineOf(`${relativeModuleId}: ${test.fullName}`, test.result().errors?.[0]));
    }
    for (const error of unhandled) lines.push(lineOf("outside of a test", error));
    if (lines.length > 0) appendFileSync(this.#file, `${lines.join("\n")}\n`);
  }
}

interface ErrorText {
  readonly message: string;
}

function lineOf(where: string, error: ErrorText | undefined): string {
  const [first = ""] = (error?.message ?? "no error").split("\n", 1);
  return `${where}: ${first.slice(0, MAX_MESSAGE_LENGTH)}`.replaceAll("\n", " ");
}
