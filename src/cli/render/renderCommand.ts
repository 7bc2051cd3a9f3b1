import { Option } from "commander";
import type { AddCommand } from "../program.ts";
import { CliError } from "../terminal/CliError.ts";
import { collect, parseNodes } from "../terminal/optionParsers.ts";
import { contextOption } from "../terminal/sharedOptions.ts";
import type { AdmissionOptions } from "./admission/runAdmissionConfig.ts";
import type { NativeOptions } from "./native/runNative.ts";
import type { RenderOptions } from "./runRender.ts";

/** All options of `postern render`. */
type GivenOptions = Omit<RenderOptions & AdmissionOptions & NativeOptions, "sample" | "url"> & {
  readonly sample?: string[];
  readonly url?: string;
};

/** Adds `postern render`: prints the registrations of a cluster, or compares them with a running cluster. */
export const renderCommand: AddCommand = (program, terminal, done) => {
  program
    .command("render")
    .description("print the registrations of a gate for a cluster, ready for kubectl apply")
    .option("--gate <file>", "file that exports the gate (default: functions/gate.ts, when it exists)")
    .requiredOption("--cluster <name>", "name of the cluster in the gate")
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

Lints go to standard error, one on each line; with --output json as
  {code, severity, place, message}
Exit codes: 0 rendered, 2 usage, input, or a lint with severity error (nothing
is printed then). With --diff: 0 no difference, 1 a difference, 2 could not
compare.`,
    )
    .action(async (given: GivenOptions) => {
      const { runNative } = await import("./native/runNative.ts");
      const native = await runNative(terminal, given);
      if (native !== undefined) return done(native);
      const { url } = given;
      if (url === undefined)
        throw new CliError("usage", "required option '--url <url>' not specified; see postern render --help");
      const options = { ...given, url };
      const { runAdmissionConfig } = await import("./admission/runAdmissionConfig.ts");
      const printed = await runAdmissionConfig(terminal, options);
      if (printed !== undefined) return done(printed);
      const { runRender } = await import("./runRender.ts");
      return done(await runRender(terminal, { ...options, sample: options.sample ?? [] }));
    });
};
