import { InvalidArgumentError, Option } from "commander";
import { isDnsLabel } from "../../protocol/kubernetesNames.ts";
import { parseInstant } from "../../protocol/parseInstant.ts";
import type { AddCommand } from "../program.ts";
import { collect } from "../terminal/optionParsers.ts";
import { reviewFormats } from "./report/reviewFormats.ts";
import type { ReviewOptions } from "./runReview.ts";

/** Adds `postern review`: judges manifests and captured AdmissionReviews without a server. */
export const reviewCommand: AddCommand = (program, terminal, done) => {
  program
    .command("review")
    .description("judge manifests (YAML or JSON) or captured AdmissionReviews without a server")
    .argument("[path...]", "files, folders, or - for standard input; none with --against compares only the gates")
    .option("--gate <file>", "file that exports the gate (default: functions/gate.ts or gate.ts)")
    .option("--cluster <name>", "cluster whose modes and parameters apply (default: the only cluster of the gate)")
    .option("--use <policy>", "built-in policy to use instead of a gate; may be given several times", collect)
    .addOption(
      new Option("--operation <operation>", "operation of the reviews")
        .choices(["CREATE", "UPDATE", "DELETE"])
        .default("CREATE")
        .argParser(parseOperation),
    )
    .option("--namespace <name>", "namespace of objects that name none (default: default)", parseNamespace)
    .addOption(
      new Option(
        "--output <format>",
        "text for people, json for machines, yaml for the objects as they become, and the formats of pipelines",
      )
        .choices(reviewFormats)
        .default("text"),
    )
    .option(
      "--at <time>",
      "judge as of a date or a time with its zone: stages and exceptions (default: now)",
      parseTime,
    )
    .option("--against <gate>", "list what the gate loosens, compared with the gate of another file, and exit with 1")
    .option("--allow-loosened", "with --against: exit with 0 all the same")
    .option("--verbose", "also list skipped files, asked policies, and what owners cover")
    .option("--fail-on-unjudged", "exit with 1 when an object is not judged, or a template is not rendered")
    .addHelpText(
      "after",
      `
Example:
  $ postern review --use deny-labels --use disallow-latest-tag deploy/
  $ helm template charts/shop | postern review --gate gate.ts --namespace shop -
  $ kubectl get pods -o yaml | postern review --gate gate.ts --output json -
  $ postern review --gate gate.ts --output yaml deploy/ > admitted.yaml
  $ postern review --gate gate.ts --output sarif deploy/ > postern.sarif
  $ postern review --gate gate.ts --at 2027-01-01 deploy/
  $ git show main:gate.ts > old.ts
  $ postern review --against old.ts --gate gate.ts deploy/

Each object is allowed, denied, or not judged: no policy was asked. A fault that
the Pod template of an object's owner has is reported of the owner only, when it
is in the input: the object is covered.
In a folder, files that are no manifests are skipped and counted: Helm values,
kustomization.yaml, workflows and the like, hidden names, node_modules, and what
a .posternignore names (syntax of .gitignore). A file that is named is read.
A CustomResourceDefinition gives the resource and the scope of its objects.
JSON output is one line for each object, for each path that was skipped, and for
each input that cannot be read:
  {file, line, apiVersion, kind, namespace, name, subresource, operation,
   result, allowed, message, warnings, audit, policies, exceptions, covered,
   patch, notes},
  {file, result, reason} and {file, line, result, reason}
YAML output is the objects with the patches of the mutators, without the values
of Secrets; the verdicts go to standard error.
sarif, junit, github (annotations) and gitlab (code quality) are complete on
standard output; a summary goes to standard error.
--against lists what the old gate denies and the new one may not: policies and
clusters that are gone, lower modes, exceptions, narrower matches, and objects
of the paths, if there are any. It has the outputs text and json:
  {result, kind, policy, clusters, namespaces, subject, from, to, since}
Objects are judged as written, without the defaults of a cluster.
Exit codes: 0 no object is denied, 1 an object is denied, or a policy does not
judge its version, or --against finds something loosened, 2 usage, a gate that
does not load, or input that cannot be read (the other objects are still
judged). --fail-on-unjudged adds to 1.`,
    )
    .action(async (paths: string[], options: Omit<ReviewOptions, "use"> & { use?: string[] }) =>
      done(await (await import("./runReview.ts")).runReview(terminal, paths, { ...options, use: options.use ?? [] })),
    );
};

function parseNamespace(text: string): string {
  if (!isDnsLabel(text)) throw new InvalidArgumentError("expected the name of a namespace");
  return text;
}

function parseTime(text: string): string {
  if (parseInstant(text) === undefined)
    throw new InvalidArgumentError("expected such as 2026-12-01 or 2026-12-01T09:00:00+01:00");
  return text;
}

function parseOperation(text: string): string {
  const operation = text.toUpperCase();
  if (!["CREATE", "UPDATE", "DELETE"].includes(operation))
    throw new InvalidArgumentError("expected CREATE, UPDATE or DELETE");
  return operation;
}
