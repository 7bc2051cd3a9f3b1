import type { EventEmitter } from "node:events";
import { type AddCommand, runProgram } from "../program.ts";
import { withAdvice } from "./advice/withAdvice.ts";
import { EXIT_FAILED } from "./exitCode.ts";
import { orStalled } from "./orStalled.ts";

/** Commands whose standard output is the log of the gate, to which its modules may add. */
const LOGGING: readonly string[] = ["dev", "serve"];

/**
 * Threads for commands over many clusters. Node looks host names up in half of its threads, of which it has 4 by default: two
 * names that a name server does not answer would hold up all other clusters.
 */
const LOOKUP_THREADS = "128";

/** Runs `postern` as this process with the given commands, and exits with the exit code. */
export async function runProcess(commands: readonly AddCommand[], version: string): Promise<never> {
  const { stdout, stderr, stdin, env } = process;
  const args = process.argv.slice(2);
  // Before the first work of Node's threads, whose number is then fixed.
  if (args.includes("--all")) env.UV_THREADPOOL_SIZE ??= LOOKUP_THREADS;
  const report = LOGGING.includes(args[0] ?? "") ? stdout : keepForReports(stdout, stderr);
  guardOutput(stdout, (code) => {
    stderr.write(`postern: the output could not be written (${code})\n`);
    process.exit(EXIT_FAILED);
  });
  guardOutput(stderr, () => process.exit(EXIT_FAILED));
  const run = runProgram(args, { stdout: report, stderr, stdin, env }, { version, advise: withAdvice }, commands);
  const code = await orStalled(run, process, {
    command: args[0] ?? "postern",
    onStalled: ({ message }) => stderr.write(`postern: ${message}\n`),
  });
  // A gate's module may leave a timer open: exit nevertheless, after all output is written.
  await new Promise<void>((resolve) => report.write("", () => resolve()));
  await new Promise((resolve) => stderr.write("", resolve));
  process.exit(code);
}

/**
 * Standard output for the command only. What the modules of a gate print with `console` or `process.stdout` goes to
 * standard error, for it would be read as a part of the report.
 */
function keepForReports(stdout: NodeJS.WriteStream, stderr: NodeJS.WriteStream) {
  const own = stdout.write.bind(stdout);
  stdout.write = stderr.write.bind(stderr);
  return {
    write: (text: string, done?: () => void): boolean => own(text, done),
    isTTY: stdout.isTTY,
  };
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
