import { type Command, Option } from "commander";
import { CliError } from "../terminal/CliError.ts";
import { collect, parseSeconds } from "../terminal/optionParsers.ts";

/** Adds what commands over all clusters have in common. */
export function addFleetOptions(command: Command): Command {
  return command
    .option(
      "--clusters <path>",
      "with --all: file or folder that names the clusters, with context, url and ca of each (default: those of the gate; clusters/ when the gate looks them up)",
    )
    .option("--contexts <template>", "with --all: names of contexts, such as 'admin@{cluster}' (default: {cluster})")
    .option("--only <name>", "with --all: only this cluster, with * for any text; may be given several times", collect)
    .addOption(
      new Option("--timeout <seconds>", "with --all: time for each cluster").argParser(parseSeconds).default(30),
    );
}

/** Checks that options of `--all`, also those of `own`, are not given without it. Throws {@link CliError} `usage`. */
export function checkFleetOptions(command: Command, own: readonly string[]): void {
  for (const name of ["clusters", "contexts", "only", "timeout", ...own])
    if ((command.getOptionValueSource(name) ?? "default") !== "default")
      throw new CliError("usage", `--${name} needs --all`);
}
