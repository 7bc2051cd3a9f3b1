import { Option } from "commander";
import type { AddCommands } from "../program.ts";
import { type DoctorOptions, doctorCommand, type ReadGateSources } from "./doctorCommand.ts";

/** The command `doctor`; with `--gate` only where sources can be read, which is not so in the container's one file. */
export function addDoctorCommand(readSources?: ReadGateSources): AddCommands {
  return (program, terminal, done) => {
    const command = program
      .command("doctor")
      .description("say what is wrong with a cluster's registrations of a gate, and what to do; changes nothing")
      .option("--config <file>", "the sync's config: its roots, its key, and what it would do next are looked at too")
      .option("--cluster <name>", "the cluster, as the gate knows it (default: the config's, or each registration's)");
    if (readSources !== undefined)
      command.option("--gate <file>", "the file that exports the gate: are all of its policies called");
    command
      .addOption(
        new Option("--output <format>", "for people or for machines").choices(["text", "json"]).default("text"),
      )
      .option("--context <name>", "the kubeconfig's context (default: the current one)")
      .option("--kubeconfig <file>", "the kubeconfig (default: KUBECONFIG, ~/.kube/config, the Pod's ServiceAccount)")
      .addHelpText(
        "after",
        `
Example:
  $ postern doctor --context production --config sync.yaml

The endpoint is looked at from where this runs, and from the API server by a self-test, which is a dry run.
Exit codes: 0 nothing wrong, 1 warnings, 2 usage, config or a cluster that cannot be read, 3 errors.`,
      )
      .action(async (options: DoctorOptions) => done(await doctorCommand(terminal, options, readSources)));
  };
}
