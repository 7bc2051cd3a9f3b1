import type { EventEmitter } from "node:events";
import { type AddCommand, runProgram } from "../program.ts";
import { EXIT_FAILED } from "./exitCode.ts";

/** Runs `postern` as this process with the given commands, and exits with the exit code. */
export async function runProcess(commands: readonly AddCommand[], version: string): Promise<never> {
  const { stdout, stderr, stdin, env } = process;
  guardOutput(stdout, (code) => {
    stderr.write(`postern: the output could not be written (${code})\n`);
    process.exit(EXIT_FAILED);
  });
  guardOutput(stderr, () => process.exit(EXIT_FAILED));
  const code = await runProgram(process.argv.slice(2), { stdout, stderr, stdin, env }, version, commands);
  // A gate's module may leave a timer open: exit nevertheless, after all output is written.
  for (const stream of [stdout, stderr]) await new Promise((resolve) => stream.write("", resolve));
  process.exit(code);
}

/**
 * Ignores EPIPE, so that the command ends with its own exit code when the reader is gone (`| head`). Node would exit
 * with a stack and code 1, which means "denied". `onLost` is called for any other failed write, such as a full disk.
 */
function guardOutput(output: Pick<EventEmitter, "on">, onLost: (code: string) => void): void {
  output.on("error", (error: unknown) => {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    if (code !== "EPIPE") onLost(code);
  });
}
