import type { AddCommand } from "../program.ts";
import { outputOption } from "../terminal/sharedOptions.ts";
import type { ExplainOptions } from "./runExplain.ts";

/** Adds `postern explain`: what a built-in policy does, and which of them judge a field. */
export const explainCommand: AddCommand = (program, terminal, done) => {
  program
    .command("explain")
    .description("print what a built-in policy or a pack does, or which policies judge a field or a kind")
    .argument("[name]", "policy, pack, field or kind (default: a list of all policies)")
    .addOption(outputOption())
    .addHelpText(
      "after",
      `
Example:
  $ postern explain disallow-privileged
  $ postern explain requireRegistries
  $ postern explain baseline
  $ postern explain spec.hostNetwork
  $ postern explain containers.securityContext.privileged
  $ postern explain Service.spec.type
  $ postern explain Ingress

A policy has the name that verdicts have, or that of its function. A field is a
path with or without indices; its first member may be a kind. Of containers of
all kinds, the path is that of containers.
The JSON is {builtins, packs}: each with all that is known of it.
Exit codes: 0 found, 2 usage, or a name that is not known.`,
    )
    .action(async (name: string | undefined, options: ExplainOptions) =>
      done((await import("./runExplain.ts")).runExplain(terminal, name, options)),
    );
};
