import { Option } from "commander";
import { addFleetOptions, checkFleetOptions } from "../fleet/fleetOptions.ts";
import type { AddCommand } from "../program.ts";
import { CliError } from "../terminal/CliError.ts";
import { collect, parseNodes } from "../terminal/optionParsers.ts";
import { contextOption } from "../terminal/sharedOptions.ts";
import type { Terminal } from "../terminal/Terminal.ts";
import type { AdmissionOptions } from "./admission/runAdmissionConfig.ts";
import type { RenderAllOptions } from "./all/runRenderAll.ts";
import type { NativeOptions } from "./native/runNative.ts";
import type { RenderOptions } from "./runRender.ts";

/** All options of `postern render`. */
type GivenOptions = Omit<
  RenderOptions & AdmissionOptions & NativeOptions & RenderAllOptions,
  "sample" | "url" | "cluster"
> & {
  readonly sample?: string[];
  readonly url?: string;
  readonly cluster?: string;
  readonly all?: boolean;
};

/** Adds `postern render`: prints the registrations of a cluster, or compares them with a running cluster. */
export const renderCommand: AddCommand = (program, terminal, done) => {
  const command = program
    .command("render")
    .description(
      "print the registrations of a gate for a cluster, ready for kubectl apply, or write those of all clusters",
    )
    .option("--gate <file>", "file that exports the gate (default: functions/gate.ts or gate.ts)")
    .option("--cluster <name>", "name of the cluster in the gate; required but with --all")
    .option("--url <url>", "URL of the gate, such as https://gate.example.com; required but with --native")
    .option("--ca <file>", "roots in PEM for caBundle (default: none; the API server uses the roots of its host)")
    .addOption(
      new Option("--output <format>", "yaml for kubectl, json for machines").choices(["yaml", "json"]).default("yaml"),
    )
    .option(
      "--sample <path>",
      "manifests to test mutators with, in addition to built-in ones; may be given several times",
      collect,
    )
    .option("--nodes <number>", "nodes of the cluster, for estimates of calls and cost", parseNodes, 50)
    .option("--sync", "hand the registrations over to postern sync, which then owns caBundle and url")
    .addOption(
      new Option(
        "--sync-token <file>",
        "token of the sync's ServiceAccount for the audience URL/token, or - for standard input: exchanged for the capability of the URLs",
      ).conflicts(["diff", "withoutCapability"]),
    )
    .option("--without-capability", "print URLs without a capability for a cluster that needs one, such as for Git")
    .option("--diff", "compare with the running cluster; changes nothing")
    .addOption(contextOption("with --diff: "))
    .option("--kubeconfig <file>", "with --diff: kubeconfig file (default: KUBECONFIG, ~/.kube/config)")
    .addOption(
      new Option(
        "--admission-config",
        "print what a self-managed API server needs to present a credential to the gate, instead of registrations",
      ).conflicts(["ca", "sample", "sync", "syncToken", "withoutCapability", "diff", "context", "kubeconfig"]),
    )
    .option(
      "--host-folder <path>",
      "with --admission-config: folder of its files on the hosts of the API server (default: /etc/kubernetes/postern)",
    )
    .option(
      "--client-certificate <path>",
      "with --admission-config: certificate on these hosts (default: client.crt in --host-folder, without --token-file)",
    )
    .option("--client-key <path>", "with --admission-config: key of the certificate (default: client.key)")
    .option("--token-file <path>", "with --admission-config: file with a bearer token on these hosts")
    .addOption(
      new Option(
        "--native",
        "print ValidatingAdmissionPolicies, by which the API server judges without the gate, instead of registrations",
      ).conflicts(["url", "ca", "sample", "sync", "syncToken", "withoutCapability", "diff", "admissionConfig"]),
    )
    .addOption(
      new Option("--all", "all clusters of the gate: with --out for files, with --diff to compare").conflicts([
        ...["cluster", "context", "syncToken", "admissionConfig", "native"],
      ]),
    )
    .addOption(
      new Option("--out <dir>", "with --all: write a folder for each cluster, for a GitOps repository").conflicts(
        "diff",
      ),
    )
    .option("--check", "with --out: write nothing, and exit with 1 if the folder is not what the gate renders")
    .option("--prune", "with --out: remove the files of clusters that are gone");
  addFleetOptions(command)
    .addHelpText(
      "after",
      `
Example:
  $ postern render --gate gate.ts --cluster production \\
      --url https://gate.example.com \\
      | kubectl apply --server-side --field-manager=postern -f -
  $ postern render --admission-config --cluster production \\
      --url https://gate.example.com
  $ postern render --native --gate gate.ts --cluster production
  $ postern render --all --url https://gate.example.com --out registrations
  $ postern render --all --url https://gate.example.com \\
      --diff --contexts 'admin@{cluster}'

Lints go to standard error, one on each line; with --output json as
  {code, severity, place, message}
Exit codes: 0 rendered, 2 usage, input, or a lint with severity error (nothing
is printed or written then). With --check: 1 if the folder is not what the gate
renders. With --diff: 0 no difference, 1 a difference,
2 could not compare; with --all that of the worst cluster.`,
    )
    .action(async (given: GivenOptions) => {
      if (given.all === true) {
        const { runRenderAll } = await import("./all/runRenderAll.ts");
        return done(await runRenderAll(terminal, given));
      }
      checkFleetOptions(command, ["out", "check", "prune"]);
      const { cluster, ...rest } = given;
      if (cluster === undefined) throw missing("--cluster <name>");
      return done(await renderOne(terminal, { ...rest, cluster }));
    });
};

/** {@link GivenOptions} for one cluster. */
type OneCluster = GivenOptions & { readonly cluster: string };

async function renderOne(terminal: Terminal, given: OneCluster): Promise<number> {
  const { runNative } = await import("./native/runNative.ts");
  const native = await runNative(terminal, given);
  if (native !== undefined) return native;
  const { url } = given;
  if (url === undefined) throw missing("--url <url>");
  const options = { ...given, url };
  const { runAdmissionConfig } = await import("./admission/runAdmissionConfig.ts");
  const printed = await runAdmissionConfig(terminal, options);
  if (printed !== undefined) return printed;
  const { runRender } = await import("./runRender.ts");
  return runRender(terminal, { ...options, sample: options.sample ?? [] });
}

function missing(option: string): CliError {
  return new CliError("usage", `required option '${option}' not specified; see postern render --help`);
}
