import type { Command, Option } from "commander";

/** What is completed for a value: one of some words, a file, a folder, a context of the kubeconfig, or nothing. */
export type ValueKind = "file" | "folder" | "context" | "free" | readonly string[];

/** An option, as a shell completes it. */
export interface CompletedOption {
  /** Such as `--output`, and `-h`. */
  readonly flags: readonly string[];
  readonly about: string;
  /** Undefined for a switch. */
  readonly value: ValueKind | undefined;
}

/** A command, as a shell completes it. */
export interface CompletedCommand {
  /** Such as `postern keys rotate`. */
  readonly path: string;
  readonly commands: readonly { readonly name: string; readonly about: string }[];
  readonly options: readonly CompletedOption[];
  /** Of the arguments that are no commands, in their order. */
  readonly arguments: readonly CompletedArgument[];
}

/** An argument, as a shell completes it. */
export interface CompletedArgument {
  readonly value: ValueKind;
  /** Whether it takes all arguments from here on. */
  readonly isVariadic: boolean;
}

/** Values by the name of an argument, or of the value of an option, as the help prints it. */
const KINDS: Readonly<Record<string, ValueKind>> = {
  file: "file",
  path: "file",
  gate: "file",
  manifests: "file",
  source: "file",
  proof: "file",
  dir: "folder",
  folder: "folder",
};

/** The commands of a program, and those below them. `policies` are the names that `--use` and `explain` take. */
export function completionTree(program: Command, policies: readonly string[]): CompletedCommand[] {
  const names = program.commands.map((command) => command.name());
  const kinds = { ...KINDS, policy: policies, command: names, "explain name": policies };
  return treeOf(program, [program.name()], kinds);
}

function treeOf(
  command: Command,
  path: readonly string[],
  kinds: Readonly<Record<string, ValueKind>>,
): CompletedCommand[] {
  const help = command.createHelp();
  const below = [...help.visibleCommands(command)];
  const own: CompletedCommand = {
    path: path.join(" "),
    commands: below.map((it) => ({ name: it.name(), about: it.summary() || it.description() })),
    options: help.visibleOptions(command).map((option) => completedOption(option, kinds)),
    arguments: command.registeredArguments.map((argument) => ({
      value: argument.argChoices ?? kinds[`${command.name()} ${argument.name()}`] ?? kinds[argument.name()] ?? "free",
      isVariadic: argument.variadic,
    })),
  };
  return [own, ...below.flatMap((it) => treeOf(it, [...path, it.name()], kinds))];
}

function completedOption(option: Option, kinds: Readonly<Record<string, ValueKind>>): CompletedOption {
  const { short, long, description, argChoices } = option;
  const name = /[<[]([a-z-]+)/.exec(option.flags)?.[1] ?? "";
  const value = long === "--context" ? "context" : (argChoices ?? kinds[name] ?? "free");
  return {
    flags: [long, short].filter((flag) => typeof flag === "string"),
    about: description,
    value: option.required || option.optional ? value : undefined,
  };
}
