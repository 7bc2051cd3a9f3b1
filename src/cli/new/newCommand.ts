import type { AddCommand } from "../program.ts";
import { outputOption } from "../terminal/sharedOptions.ts";
import type { NewPolicyOptions } from "./runNewPolicy.ts";

/** Adds `postern new`: writes what a project begins with. */
export const newCommand: AddCommand = (program, terminal, done) => {
  const group = program
    .command("new")
    .description("write a policy with its tests, and add it to the gate")
    .addHelpText(
      "after",
      `
Example:
  $ postern new policy require-team

Exit codes: 0 written, 2 usage, or a file that is there already.`,
    );
  policyCommand(group, terminal, done);
};

const policyCommand: AddCommand = (group, terminal, done) => {
  group
    .command("policy")
    .description("write a policy and a table of tests, both green, and add it to the gate")
    .argument("<name>", "name of the policy: lower-case letters, digits and '-'")
    .option("--dir <folder>", "folder of the two files", "policies")
    .option(
      "--gate <file>",
      "gate that gets the policy; it is made when it is not there (default: functions/gate.ts or gate.ts)",
    )
    .addOption(outputOption())
    .addHelpText(
      "after",
      `
Example:
  $ postern new policy require-team
  $ postern test
  $ postern new policy require-team --gate gate.ts --dir src/policies

Writes DIR/NAME.ts and DIR/NAME.test.yaml. A file that is there is never
overwritten. The gate gets an import and an element of its list of policies,
when it has one as a list; the difference is printed. Else the two lines to
add are printed, and the gate stays as it is.
The JSON is {written, gate: {file, change, lines}, next}.
Exit codes: 0 written, 2 usage, a file that is there already, or a gate that
does not load.`,
    )
    .action(async (name: string, options: NewPolicyOptions) =>
      done(await (await import("./runNewPolicy.ts")).runNewPolicy(terminal, name, options)),
    );
};
