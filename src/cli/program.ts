import { Command, CommanderError } from "commander";
import { GateConfigError } from "../gate/config/GateConfigError.ts";
import { PolicyDefinitionError } from "../policy/define/PolicyDefinitionError.ts";
import { printable } from "../telemetry/printable.ts";
import { EXIT_OK, EXIT_UNUSABLE, exitCode, isShownError } from "./terminal/exitCode.ts";
import type { Terminal } from "./terminal/Terminal.ts";

/** Adds commands to the program; each says how it ended by `done`. */
export type AddCommands = (program: Command, terminal: Terminal, done: (code: number) => void) => void;

/**
 * Runs the `postern` command with the groups of commands that this program has. `args` are without node and script.
 * Resolves to the exit code, 0 to 3, and never rejects.
 */
export async function runProgram(
  args: readonly string[],
  terminal: Terminal,
  version: string,
  groups: readonly AddCommands[],
): Promise<number> {
  let code = EXIT_OK;
  const program = createProgram(terminal, version, groups, (result) => {
    code = result;
  });
  try {
    await program.parseAsync(withoutHelp(program, args), { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return EXIT_OK;
      // Help that nobody asked for has been printed already.
      if (error.code !== "commander.help") terminal.stderr.write(`postern: ${usageFault(program, args, error)}\n`);
      return EXIT_UNUSABLE;
    }
    if (isShownError(error)) {
      terminal.stderr.write(`postern: ${error.message}\n`);
      return exitCode(error.code);
    }
    if (error instanceof GateConfigError || error instanceof PolicyDefinitionError) {
      terminal.stderr.write(`postern: ${error.message}\n`);
      return exitCode("bad-gate");
    }
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    terminal.stderr.write(`postern: this is a fault of postern itself: ${text}\n`);
    return EXIT_UNUSABLE;
  }
}

/** `help COMMAND` as `COMMAND --help`, so that an unknown one is named as such. */
function withoutHelp(program: Command, args: readonly string[]): string[] {
  const [first, second] = args;
  if (first !== "help" || second === undefined) return [...args];
  return program.commands.some((known) => known.name() === second) ? [second, "--help"] : [second];
}

/** Commander's complaint on one line, and where to read on. */
function usageFault(program: Command, args: readonly string[], { message }: CommanderError): string {
  const [first] = args;
  const command = program.commands.find((known) => known.name() === first);
  const fault = message
    .replace(/^error: /, "")
    .replace(/\n\(Did you mean (.*)\?\)$/s, " (did you mean $1?)")
    .replace(/\. Expected (\d+) arguments? but got (\d+): (.*)\.$/s, ": $3")
    .replaceAll("\n", " ");
  const help = command === undefined ? "postern --help" : `postern ${command.name()} --help`;
  return printable(`${fault.replace(/\.$/, "")}; see ${help}`);
}

function createProgram(
  terminal: Terminal,
  version: string,
  groups: readonly AddCommands[],
  done: (code: number) => void,
): Command {
  const program = new Command("postern")
    .description("A Kubernetes admission gate: policies in TypeScript, served from outside the cluster")
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.stderr.write(text),
      // Errors are printed where they are caught.
      outputError: () => undefined,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .addHelpText("after", "\nExample:\n  $ postern review --use deny-labels pod.yaml");

  for (const add of groups) add(program, terminal, done);
  return program;
}
