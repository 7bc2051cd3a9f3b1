import { Argument } from "commander";
import type { AddCommand } from "../program.ts";
import { SHELLS, type Shell } from "./SHELLS.ts";

/** Adds `postern completion`: prints the script that completes commands, options and values in a shell. */
export const completionCommand: AddCommand = (program, terminal, done) => {
  program
    .command("completion")
    .description("print the script that completes commands, options and values in a shell")
    .addArgument(new Argument("<shell>", "shell that reads the script").choices(SHELLS))
    .addHelpText(
      "after",
      `
Example:
  $ postern completion bash > /etc/bash_completion.d/postern
  $ postern completion zsh > ~/.zfunc/_postern
  $ postern completion fish > ~/.config/fish/completions/postern.fish
  $ source <(postern completion bash)

The last one is for the running bash or zsh. It completes the command postern,
so npx postern needs: alias postern='npx --no postern'. The script is of this
version: print it again after an upgrade. Names of contexts come from kubectl.
Exit codes: 0 printed, 2 usage.`,
    )
    .action(async (shell: Shell) => done((await import("./runCompletion.ts")).runCompletion(terminal, program, shell)));
};
