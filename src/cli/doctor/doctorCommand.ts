import type { AddCommand } from "../program.ts";
import { contextOption, kubeconfigOption, outputOption } from "../terminal/sharedOptions.ts";
import type { DoctorOptions, ReadGateSources } from "./runDoctor.ts";

/**
 * Adds `postern doctor`: checks the registrations of a cluster. The option `--gate` exists only with `readSources`; the
 * container image cannot read sources.
 */
export function doctorCommand(readSources?: ReadGateSources): AddCommand {
  return (program, terminal, done) => {
    const command = program
      .command("doctor")
      .description("check the registrations of a gate in a cluster and print what to do; changes nothing")
      .option("--config <file>", "config of the sync: also checks its roots, its key and its next step")
      .option("--cluster <name>", "name of the cluster in the gate (default: from the config or each registration)");
    if (readSources !== undefined)
      command.option("--gate <file>", "file that exports the gate: also checks that all of its policies are called");
    command
      .addOption(outputOption())
      .addOption(contextOption())
      .addOption(kubeconfigOption())
      .addHelpText(
        "after",
        `
Example:
  $ postern doctor --context production --config sync.yaml

The endpoint is checked from this machine, and from the API server with a
self-test (a dry run).
Exit codes: 0 no findings, 1 warnings, 2 usage, config, or a cluster that cannot
be read, 3 errors.`,
      )
      .action(async (options: DoctorOptions) =>
        done(await (await import("./runDoctor.ts")).runDoctor(terminal, options, readSources)),
      );
  };
}
