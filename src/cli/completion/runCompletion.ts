import type { Command } from "commander";
import docs from "../../policies/catalogue/builtins.json" with { type: "json" };
import { EXIT_OK } from "../terminal/exitCode.ts";
import type { Terminal } from "../terminal/Terminal.ts";
import { bashScript } from "./bashScript.ts";
import { completionTree } from "./completionTree.ts";
import { fishScript } from "./fishScript.ts";
import type { Shell } from "./SHELLS.ts";
import { zshScript } from "./zshScript.ts";

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

/** Prints the script of a shell for all commands of a program. Returns the exit code. */
export function runCompletion(terminal: Terminal, program: Command, shell: Shell): number {
  const policies = docs.builtins.map(({ name }) => name);
  terminal.stdout.write(SCRIPTS[shell](completionTree(program, policies)));
  return EXIT_OK;
}
