import { Option } from "commander";
import { addFleetOptions, checkFleetOptions } from "../fleet/fleetOptions.ts";
import type { AddCommand } from "../program.ts";
import { contextOption, kubeconfigOption, outputOption } from "../terminal/sharedOptions.ts";
import type { ReadGateSources } from "./GateReader.ts";
import type { PreflightOptions } from "./preflight/checkPreflightOptions.ts";
import type { DoctorOptions } from "./runDoctor.ts";
import type { DoctorAllOptions } from "./runDoctorAll.ts";

/**
 * Adds `postern doctor`: checks the registrations of a cluster. The option `--gate` exists only with `readSources`; the
 * container image cannot read sources.
 */
export function doctorCommand(readSources?: ReadGateSources): AddCommand {
  return (program, terminal, done) => {
    const command = program
      .command("doctor")
      .description("check the registrations of a gate in a cluster and print what to do; changes nothing")
      .option(
        "--config <file>",
        "config of the sync: also checks its roots, its key and its next step; with --all one for each {cluster}",
      )
      .option("--cluster <name>", "name of the cluster in the gate (default: from the config or each registration)");
    if (readSources !== undefined)
      command.option("--gate <file>", "file that exports the gate: also checks that all of its policies are called");
    command
      .option("--preflight <url>", "check a URL before it is registered; with --context also from the API server")
      .option("--ca <file>", "with --preflight: roots in PEM, as for caBundle (default: public CAs)")
      .addOption(outputOption())
      .addOption(contextOption())
      .addOption(kubeconfigOption())
      .addOption(
        new Option(
          "--all",
          "check all clusters, one line for each: those of the gate or of --clusters, else all contexts of the kubeconfig",
        ).conflicts(["cluster", "context", "preflight"]),
      );
    addFleetOptions(command)
      .addHelpText(
        "after",
        `
Example:
  $ postern doctor --context production --config sync.yaml
  $ postern doctor --preflight https://gate.example.com --cluster production
  $ postern doctor --preflight https://gate.example.com --ca roots.pem \\
      --context production
  $ postern doctor --all --only 'prod-*'

The endpoint is checked from this machine, and from the API server with a
self-test (a dry run).
--preflight asks the URL from this machine, without a credential: addresses,
TLS, roots, the answers of the gate, latency. With --context, it makes a
registration that matches one object of a dry run, and deletes it at once.
Exit codes: 0 no findings, 1 warnings, 2 usage, config, or a cluster that cannot
be read, 3 errors. With --all that of the worst cluster.`,
      )
      .action(async (options: DoctorOptions & PreflightOptions & DoctorAllOptions & { readonly all?: boolean }) => {
        if (options.all === true)
          return done(await (await import("./runDoctorAll.ts")).runDoctorAll(terminal, options, readSources));
        checkFleetOptions(command, []);
        const { checkPreflightOptions } = await import("./preflight/checkPreflightOptions.ts");
        const preflight = checkPreflightOptions(options);
        if (preflight === undefined)
          return done(await (await import("./runDoctor.ts")).runDoctor(terminal, options, readSources));
        done(await (await import("./preflight/runPreflight.ts")).runPreflight(terminal, preflight));
      });
  };
}
