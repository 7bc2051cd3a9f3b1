import { Argument } from "commander";
import { COMPONENTS, type ComponentName } from "../install/config/components.ts";
import type { AddCommand } from "../program.ts";
import { contextOption, outputOption } from "../terminal/sharedOptions.ts";
import type { UninstallOptions } from "./runUninstall.ts";

/** Adds `postern uninstall`: prints what to delete, in the order in which no admission fails. */
export const uninstallCommand: AddCommand = (program, terminal, done) => {
  program
    .command("uninstall")
    .description("print the commands that remove what postern install printed, in an order in which no admission fails")
    .addArgument(
      new Argument("[components...]", "what is removed (default: everything, with the registrations)").choices(
        COMPONENTS,
      ),
    )
    .option("--config <file>", "config file of postern install", "postern.yaml")
    .addOption(contextOption("of the commands: "))
    .addOption(outputOption())
    .addHelpText(
      "after",
      `
Example:
  $ postern uninstall --config postern.yaml
  $ postern uninstall --config postern.yaml | sh -ex
  $ postern uninstall rollout --context production
  $ postern uninstall --output json | jq '.steps[].commands'

It changes nothing: it prints a script for sh. Run its steps one after the
other, and stop when one fails. The registrations come first: the API server
calls the gate until they are gone. The namespaces come last. The JSON is
{steps: [{name, why, commands}], stays}: each command is a list of arguments.
Exit codes: 0 printed, 2 usage, or a fault of the config.`,
    )
    .action(async (components: ComponentName[], options: UninstallOptions) =>
      done(await (await import("./runUninstall.ts")).runUninstall(terminal, components, options)),
    );
};
