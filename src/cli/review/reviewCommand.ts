import { InvalidArgumentError, Option } from "commander";
import { isDnsLabel } from "../../protocol/kubernetesNames.ts";
import type { AddCommand } from "../program.ts";
import { collect } from "../terminal/optionParsers.ts";
import { outputOption } from "../terminal/sharedOptions.ts";
import type { ReviewOptions } from "./runReview.ts";

/** Adds `postern review`: judges manifests and captured AdmissionReviews without a server. */
export const reviewCommand: AddCommand = (program, terminal, done) => {
  program
    .command("review")
    .description("judge manifests (YAML or JSON) or captured AdmissionReviews without a server")
    .argument("<path...>", "files, folders, or - for standard input")
    .option("--gate <file>", "file that exports the gate (default: functions/gate.ts, when it exists)")
    .option("--cluster <name>", "cluster whose modes and parameters apply (default: the only cluster of the gate)")
    .option("--use <policy>", "built-in policy to use instead of a gate; may be given several times", collect)
    .addOption(
      new Option("--operation <operation>", "operation of the reviews")
        .choices(["CREATE", "UPDATE", "DELETE"])
        .default("CREATE")
        .argParser(parseOperation),
    )
    .option("--namespace <name>", "namespace of objects that name none (default: default)", parseNamespace)
    .addOption(outputOption())
    .addHelpText(
      "after",
      `
Example:
  $ postern review --use deny-labels --use disallow-latest-tag deploy/
  $ kubectl get pods -o yaml | postern review --gate gate.ts --cluster production --output json -

JSON output is one line for each object:
  {file, kind, namespace, name, allowed, message, warnings, patch}
message is empty when the object is allowed. patch holds JSON Patch operations.
Objects are judged as written, without the defaults of a cluster.
Exit codes: 0 all objects are allowed, 1 an object is denied, 2 usage or input
that cannot be read (the other objects are still judged).`,
    )
    .action(async (paths: string[], options: Omit<ReviewOptions, "use"> & { use?: string[] }) =>
      done(await (await import("./runReview.ts")).runReview(terminal, paths, { ...options, use: options.use ?? [] })),
    );
};

function parseNamespace(text: string): string {
  if (!isDnsLabel(text)) throw new InvalidArgumentError("expected the name of a namespace");
  return text;
}

function parseOperation(text: string): string {
  const operation = text.toUpperCase();
  if (!["CREATE", "UPDATE", "DELETE"].includes(operation))
    throw new InvalidArgumentError("expected CREATE, UPDATE or DELETE");
  return operation;
}
