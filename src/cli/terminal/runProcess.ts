import { type AddCommands, runProgram } from "../program.ts";
import { EXIT_UNUSABLE } from "./exitCode.ts";
import { guardOutput } from "./guardOutput.ts";

/** Runs the `postern` command as this process, and ends it. */
export async function runProcess(groups: readonly AddCommands[], version: string): Promise<never> {
  const { stdout, stderr, stdin, env } = process;
  guardOutput(stdout, (code) => {
    stderr.write(`postern: the output could not be written (${code})\n`);
    process.exit(EXIT_UNUSABLE);
  });
  guardOutput(stderr, () => process.exit(EXIT_UNUSABLE));
  const code = await runProgram(process.argv.slice(2), { stdout, stderr, stdin, env }, version, groups);
  // What a gate's module has left open, such as a timer, is no reason to go on. First everything is written.
  for (const stream of [stdout, stderr]) await new Promise((resolve) => stream.write("", resolve));
  process.exit(code);
}
