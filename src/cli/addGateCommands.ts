import { InvalidArgumentError, Option } from "commander";
import { type DevOptions, devCommand } from "./dev/devCommand.ts";
import type { AddCommands } from "./program.ts";
import { type RenderOptions, renderCommand } from "./render/renderCommand.ts";
import { type ReviewOptions, reviewCommand } from "./review/reviewCommand.ts";
import { type ServeOptions, serveCommand } from "./serve/serveCommand.ts";
import { parsePort } from "./terminal/parsePort.ts";

/** The commands that take a gate's sources: `dev`, `review`, `render` and `serve`. */
export const addGateCommands: AddCommands = (program, terminal, done) => {
  program
    .command("dev")
    .description("run a gate locally under the Workers runtime, over HTTPS with a local CA, and build anew on change")
    .option("--gate <file>", "the gate to run (default: functions/worker.ts, with the gate that it imports)")
    .option("--port <number>", "port to listen on; 0 for a free one", parsePort, 8443)
    .addHelpText(
      "after",
      "\nExample:\n  $ postern dev --gate gate.ts --port 8443\n\nThe local CA is kept in .postern/ and made once. Exit codes: 0 stopped, 2 could not start.",
    )
    .action(async (options: DevOptions) => done(await devCommand(terminal, options)));

  program
    .command("review")
    .description(
      "judge manifests (YAML, JSON, folders, - for standard input) or captured AdmissionReviews without a server",
    )
    .argument("<path...>", "files or folders")
    .option("--gate <file>", "the gate whose policies judge (default: functions/gate.ts, where there is one)")
    .option("--cluster <name>", "the cluster whose modes and parameters apply (default: the only one)")
    .option("--use <policy>", "a built-in policy instead of a gate; may be given several times", collect)
    .addOption(
      new Option("--operation <operation>", "what is being done to the objects")
        .choices(["CREATE", "UPDATE", "DELETE"])
        .default("CREATE")
        .argParser(parseOperation),
    )
    .addOption(new Option("--output <format>", "for people or for machines").choices(["text", "json"]).default("text"))
    .addHelpText(
      "after",
      `
Example:
  $ postern review --use deny-labels --use disallow-latest-tag deploy/
  $ kubectl get pods -o yaml | postern review --gate gate.ts --cluster production --output json -

JSON output is one line an object: {file, kind, namespace, name, allowed, message, warnings, patch};
message is empty when allowed, patch holds JSON Patch operations. Objects are judged as written: a
cluster's defaults are not filled in. Exit codes: 0 all allowed, 1 something denied, 2 usage or
unreadable input (what can be read is still judged).`,
    )
    .action(async (paths: string[], options: Omit<ReviewOptions, "use"> & { use?: string[] }) =>
      done(await reviewCommand(terminal, paths, { ...options, use: options.use ?? [] })),
    );

  program
    .command("render")
    .description(
      "print what has a cluster call the gate: registrations made from the policies, to be applied as they are",
    )
    .option("--gate <file>", "the gate to register (default: functions/gate.ts, where there is one)")
    .requiredOption("--cluster <name>", "the cluster, by the name that the gate knows it by")
    .requiredOption("--url <url>", "where the gate is served, such as https://gate.example.com")
    .option("--ca <file>", "roots in PEM that the API server is to trust (default: those of its own host)")
    .addOption(new Option("--output <format>", "for kubectl or for machines").choices(["yaml", "json"]).default("yaml"))
    .option(
      "--sample <path>",
      "manifests to try mutators on, beside built-in ones; may be given several times",
      collect,
    )
    .option("--nodes <number>", "the cluster's size, for estimates of calls and cost", parseNodes, 50)
    .option("--sync", "hand the registrations to postern sync, which then owns their caBundle and url")
    .option("--diff", "compare with the running cluster instead; nothing is changed there")
    .option("--context <name>", "with --diff: the kubeconfig's context (default: the current one)")
    .option("--kubeconfig <file>", "with --diff: the kubeconfig (default: KUBECONFIG, ~/.kube/config)")
    .addHelpText(
      "after",
      `
Example:
  $ postern render --gate gate.ts --cluster production --url https://gate.example.com \\
      | kubectl apply --server-side --field-manager=postern -f -

Doubts go to standard error, one a line (with --output json as {code, severity, place, message}).
Exit codes: 0 rendered, 2 usage, input, or a registration that no cluster would take (nothing is
printed then). With --diff: 0 the same, 1 different, 2 could not compare.`,
    )
    .action(async (options: Omit<RenderOptions, "sample"> & { sample?: string[] }) =>
      done(await renderCommand(terminal, { ...options, sample: options.sample ?? [] })),
    );

  program
    .command("serve")
    .description("serve a gate from Node: HTTPS with h2 and http/1.1, or plain HTTP behind an edge")
    .requiredOption("--gate <file>", "the gate to serve")
    .option("--port <number>", "port to listen on; 0 for a free one", parsePort, 8443)
    .option("--host <address>", "address to listen on (default: all)")
    .option("--cert <file>", "certificate chain in PEM, leaf first")
    .option("--key <file>", "its private key in PEM")
    .option("--standby-cert <file>", "a second certificate chain, for when the first cannot be served")
    .option("--standby-key <file>", "its private key")
    .addHelpText(
      "after",
      "\nExample:\n  $ postern serve --gate gate.ts --port 8443 --cert tls.crt --key tls.key\n\nCertificates are read again when they change. SIGHUP reads them now, SIGUSR2 goes back to the one before;\nSIGTERM finishes the calls that were taken. Exit codes: 0 stopped, 1 calls were cut off, 2 could not start.",
    )
    .action(async (options: ServeOptions) => done(await serveCommand(terminal, options)));
};

function parseNodes(text: string): number {
  const nodes = Number(text);
  if (!/^\d{1,6}$/.test(text) || nodes < 1)
    throw new InvalidArgumentError("expected a number of nodes from 1 to 999999");
  return nodes;
}

function parseOperation(text: string): string {
  const operation = text.toUpperCase();
  if (!["CREATE", "UPDATE", "DELETE"].includes(operation))
    throw new InvalidArgumentError("expected CREATE, UPDATE or DELETE");
  return operation;
}

function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}
