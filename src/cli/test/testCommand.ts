import { Option } from "commander";
import type { AddCommand } from "../program.ts";
import { CliError } from "../terminal/CliError.ts";
import type { TestOptions } from "./runTest.ts";

/** Adds `postern test`: runs the tables of cases beside policies. */
export const testCommand: AddCommand = (program, terminal, done) => {
  program
    .command("test")
    .description("test policies by tables of cases: what comes in, and what is expected")
    .argument("[path...]", "tables, or folders with files *.test.yaml (default: .)")
    .option("--gate <file>", "gate of tables that name none (default: functions/gate.ts or gate.ts)")
    .option("--cluster <name>", "cluster of cases that name none (default: the policy alone, in mode enforce)")
    .addOption(
      new Option("--output <format>", "text for people, json or junit for machines")
        .choices(["text", "json", "junit"])
        .default("text"),
    )
    .option("--coverage", "also print which policies, and which parts of their match, no case touches")
    .option("--update", "write the patches that came into the cases that expect a change")
    .option("--watch", "run again when a table, a file of a case or a module of the gate changes")
    .option("--verbose", "also list the cases that passed")
    .option("--exceptions <manifests...>", "instead, print which exceptions of the gate these objects need")
    .addHelpText(
      "after",
      `
Example:
  $ postern test .
  $ postern test --gate gate.ts --coverage policies/
  $ postern test --output junit > report.xml
  $ postern test --watch policies/require-team.test.yaml
  $ postern test --gate gate.ts --exceptions deploy/

A table:
  policy: require-team            # for all cases, or in each
  cases:
    - name: a Deployment without a team is denied
      manifest: deployment.yaml   # a file with one object, or the object
      expect: denied              # allowed, warned, changed, unchanged,
      message: has no team        #   or not judged

A case is about one policy, which is judged alone. It fails when the match of
the policy never reaches the object. Without a cluster the mode is enforce.
JSON output is a line for each case, each fault and, with --coverage, each
policy:
  {file, line, case, policy, cluster, result, expected, came, reason, findings,
   patch, compare, notes}, {file, line, case, result, reason} and
  {gate, result, policy, cases, hasFault, hasPass, untouched, silent}
With --exceptions an exception is needed, not needed, for no object, or ended:
  {policy, namespaces, names, subjects, images, until, reason, owner, clusters,
   result, ending, objects, others}
Exit codes: 0 all cases passed, or --watch was stopped, 1 a case failed, or an
exception has ended or is not needed, 2 usage, a gate that does not load, a
table or a case that cannot be used, or no case at all.`,
    )
    .action(async (paths: string[], { exceptions, ...options }: TestOptions & { exceptions?: string[] }) => {
      if (exceptions === undefined) return done(await (await import("./runTest.ts")).runTest(terminal, paths, options));
      if (paths.length > 0) throw new CliError("usage", "--exceptions judges manifests only: leave out the tables");
      const { runExceptions } = await import("./exceptions/runExceptions.ts");
      return done(await runExceptions(terminal, exceptions, options));
    });
};
