import { Command, CommanderError } from "commander";
import { GateConfigError } from "../gate/config/GateConfigError.ts";
import { PolicyDefinitionError } from "../policy/define/PolicyDefinitionError.ts";
import { printable, printableLines } from "../telemetry/printable.ts";
import { viewFolder } from "./help/FolderView.ts";
import { GroupedHelp } from "./help/GroupedHelp.ts";
import { greeting } from "./help/greeting.ts";
import type { Advise } from "./terminal/advice/withAdvice.ts";
import { closestName } from "./terminal/closestName.ts";
import { EXIT_FAILED, EXIT_OK, exitCode, isShownError } from "./terminal/exitCode.ts";
import type { Terminal } from "./terminal/Terminal.ts";

/** Adds a command to the program. Its action passes the exit code to `done`. */
export type AddCommand = (program: Command, terminal: Terminal, done: (code: number) => void) => void;

/** What a program has beside its commands. */
export interface ProgramSettings {
  readonly version: string;
  /** Adds to the message of an error what to do. Default: the message as it is. */
  readonly advise?: Advise;
}

/**
 * Runs `postern` with some commands. `args` are the arguments after node and the script. Resolves to the exit code, 0
 * to 3 (see `exitCode.ts`), and never rejects.
 */
export async function runProgram(
  args: readonly string[],
  terminal: Terminal,
  { version, advise = ({ message }) => message }: ProgramSettings,
  commands: readonly AddCommand[],
): Promise<number> {
  let code = EXIT_OK;
  const fail = (text: string): unknown => terminal.stderr.write(`postern: ${printableLines(text, "")}\n`);
  const program = createProgram(terminal, version, commands, (result) => {
    code = result;
  });
  try {
    if (args.length === 0) {
      const names = program.commands.map((command) => command.name());
      terminal.stdout.write(greeting(version, names, viewFolder()));
      return EXIT_OK;
    }
    await program.parseAsync(withoutHelp(program, args), { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return EXIT_OK;
      // Commander has already printed the help.
      if (error.code !== "commander.help") fail(usageFault(program, args, error));
      return EXIT_FAILED;
    }
    if (isShownError(error)) {
      fail(advise(error, helpOf(calledCommands(program, args))));
      return exitCode(error.code);
    }
    if (error instanceof GateConfigError || error instanceof PolicyDefinitionError) {
      fail(advise({ code: "bad-gate", message: error.message }, helpOf([])));
      return exitCode("bad-gate");
    }
    if (hasNoFolder(error)) {
      fail("the working folder is gone; change to a folder that is there");
      return EXIT_FAILED;
    }
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    fail(`internal error, a bug in postern: ${text}`);
    return EXIT_FAILED;
  }
}

/** Whether an error says that the working folder was deleted. Each relative path needs it. */
function hasNoFolder(error: unknown): boolean {
  return error instanceof Error && "syscall" in error && error.syscall === "uv_cwd";
}

/**
 * Turns `help COMMAND` into `COMMAND --help`, whatever else the line has: `help` before a whole command line asks for its
 * help, and runs nothing. An unknown command is reported as unknown.
 */
function withoutHelp(program: Command, args: readonly string[]): string[] {
  const [first, ...rest] = args;
  if (first !== "help" || rest.length === 0) return [...args];
  const start = rest.findIndex((word) => calledCommands(program, [word]).length > 0);
  if (start >= 0) return [...calledCommands(program, rest.slice(start)).map((known) => known.name()), "--help"];
  return [rest.find((word) => !word.startsWith("-")) ?? "--help"];
}

/** The command that the arguments begin with, and the commands of this one that follow. */
function calledCommands(program: Command, [name, ...rest]: readonly string[]): readonly Command[] {
  const command = program.commands.find((known) => known.name() === name);
  return command === undefined ? [] : [command, ...calledCommands(command, rest)];
}

/** Codes of commander for an option that is unknown, or that a command needs. */
const OPTION_FAULTS: readonly string[] = ["commander.missingMandatoryOptionValue", "commander.unknownOption"];

/** The message of commander on one line, with the help to read. */
function usageFault(program: Command, args: readonly string[], { code, message: reported }: CommanderError): string {
  const commands = calledCommands(program, args);
  // A mistyped option is why the required one is missing, so it is named first. A value that it has may be a secret.
  const mistyped = OPTION_FAULTS.includes(code) ? unknownOption(commands, args.slice(commands.length)) : undefined;
  const message = mistyped ?? reported;
  const surplus = code === "commander.excessArguments" ? surplusOf(commands.at(-1)) : "";
  const fault = message
    .replace(/^error: /, "")
    .replace(/\n\(Did you mean (.*)\?\)$/s, " (did you mean $1?)")
    .replace(/\. Expected \d+ arguments? but got \d+: .*\.$/s, () => surplus)
    .replaceAll("\n", " ");
  return printable(`${fault.replace(/\.$/, "")}; see ${helpOf(commands)}`);
}

/** The arguments that a command has no place for. */
function surplusOf(command: Command | undefined): string {
  const surplus = command?.args.slice(command.registeredArguments.length) ?? [];
  return surplus.length === 0 ? "" : `: ${surplus.join(", ")}`;
}

/** The command that prints the help of a command. npx takes an option that follows `postern` for its own. */
function helpOf(commands: readonly Command[]): string {
  return commands.length === 0 ? "postern help" : ["postern", ...commands.map((it) => it.name()), "--help"].join(" ");
}

/** The message for the first option that the last of these commands does not have; undefined when it has all. */
function unknownOption(commands: readonly Command[], args: readonly string[]): string | undefined {
  const command = commands.at(-1);
  const [name] = command?.parseOptions([...args]).unknown.filter((it) => /^--?[^-\d]/.test(it)) ?? [];
  if (command === undefined || name === undefined) return undefined;
  const [flag = name] = name.split("=");
  const known = command.createHelp().visibleOptions(command);
  const close = closestName(
    flag,
    known.flatMap(({ long }) => long ?? []),
  );
  return `unknown option '${flag}'${close === undefined ? "" : ` (did you mean ${close}?)`}`;
}

function createProgram(
  terminal: Terminal,
  version: string,
  commands: readonly AddCommand[],
  done: (code: number) => void,
): Command {
  const program = new Command("postern")
    .description("A Kubernetes admission gate: policies in TypeScript, served from outside the cluster")
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.stderr.write(text),
      // runProgram prints errors.
      outputError: () => undefined,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .addHelpText("after", "\nExample:\n  $ postern review --use deny-labels pod.yaml");

  for (const add of commands) add(program, terminal, done);
  GroupedHelp.addTo(program);
  return program;
}
