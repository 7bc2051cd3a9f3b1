import { Option } from "commander";
import type { AddCommand } from "../program.ts";
import { collect } from "../terminal/optionParsers.ts";
import { contextOption, outputOption } from "../terminal/sharedOptions.ts";
import type { EnrollOptions } from "./runEnroll.ts";

/** Adds `postern enroll`: prints the settings that make a gate accept the calls of a cluster. */
export const enrollCommand: AddCommand = (program, terminal, done) => {
  program
    .command("enroll")
    .description("print the settings with which a gate knows the calls of a cluster; changes nothing")
    .requiredOption("--cluster <name>", "name that the cluster gets in the gate")
    .addOption(
      new Option("--tier <name>", "how the cluster proves who it is")
        .choices(["jwt", "capability", "client-certificate"])
        .default("capability"),
    )
    .option(
      "--subject <text>",
      "system:serviceaccount:NAMESPACE:NAME. jwt: whose tokens are accepted, with * for any text; may be given several times. capability: the sync (default: that of the rendered one)",
      collect,
    )
    .option(
      "--audience <text>",
      "jwt: audience that is accepted beside the exact URL of a call; may be given several times",
      collect,
    )
    .addOption(
      new Option(
        "--keys <where>",
        "inline: in the settings; discover: at the issuer (default: discover when the issuer publishes the same keys, else inline)",
      ).choices(["inline", "discover"]),
    )
    .option(
      "--certificate <file>",
      "client-certificate: certificate in PEM that the API server presents; may be given several times",
      collect,
    )
    .addOption(contextOption())
    .option("--kubeconfig <file>", "kubeconfig file (default: KUBECONFIG, ~/.kube/config)")
    .addOption(outputOption())
    .addHelpText(
      "after",
      `
Example:
  $ postern enroll --cluster production --context production
  $ postern enroll --cluster production --tier jwt \\
      --subject system:serviceaccount:postern-system:webhook-caller \\
      --audience postern
  $ postern enroll --cluster production --tier client-certificate \\
      --certificate client.crt

Reads the issuer of the cluster and its public keys from the API server, which
needs the ClusterRole system:service-account-issuer-discovery. Notes and next
steps go to standard error.
Exit codes: 0 printed, 2 usage, a file or a cluster that cannot be used.`,
    )
    .action(async (options: EnrollOptions) =>
      done(await (await import("./runEnroll.ts")).runEnroll(terminal, options)),
    );
};
