import { Argument, Option } from "commander";
import type { AddCommand } from "../program.ts";
import { collect } from "../terminal/optionParsers.ts";
import { outputOption } from "../terminal/sharedOptions.ts";
import { RUNTIMES } from "./Project.ts";
import type { InitOptions } from "./readProject.ts";

/** Adds `postern init`: writes a project of one's own. */
export const initCommand: AddCommand = (program, terminal, done) => {
  program
    .command("init")
    .description("write a project: a gate with tests, two environments to deploy it to, and CI")
    .addArgument(new Argument("[runtime]", "where the gate runs").choices(RUNTIMES))
    .argument("[dir]", "folder of the project; it is made when it is not there (default: .)")
    .option("--name <name>", "name of the Worker, service or image (default: that of the folder, or gate)")
    .option("--domain <host>", "host of the gate's URL in production (default: gate.example.com)")
    .option("--staging-domain <host>", "host of the gate's URL in staging (default: as gate-staging.example.com)")
    .option(
      "--cluster <name>",
      "cluster that calls the gate; may be given several times (default: production and staging)",
      collect,
    )
    .addOption(
      new Option("--records <where>", "decision records: log, latency or compliance (default: log)").choices([
        "log",
        "latency",
        "compliance",
      ]),
    )
    .addOption(
      new Option(
        "--endpoint <kind>",
        "lambda: what terminates TLS (default: function-url, or api-gateway with --domain or --mtls)",
      ).choices(["function-url", "api-gateway"]),
    )
    .option("--mtls", "lambda: API servers present client certificates to API Gateway")
    .option("--region <name>", "lambda: region of AWS (default: eu-central-1)")
    .option("--image <name>", "node: image without a tag (default: registry.example.com/NAME)")
    .option("--package <spec>", "tarball, git or https URL of postern (default: the tarball that this command is from)")
    .option("--yes", "ask nothing")
    .addOption(outputOption())
    .addHelpText(
      "after",
      `
Example:
  $ npm install ./postern-0.1.0.tgz
  $ npx --no postern init cloudflare gate --domain gate.example.com
  $ cd gate && npm install && npm test && npm run dev
  $ npx --no postern init lambda gate --domain gate.example.com --mtls
  $ npx --no postern init node gate --image registry.example.com/gate

On a terminal it asks for what is not given; an empty answer is the default.
A file that is there is never overwritten: then nothing at all is written.
A tarball of postern is copied into vendor/, so that CI can install it.
JSON output is {runtime, folder, name, domains, clusters, files}.
Exit codes: 0 written, 2 usage, or a file that is there already.`,
    )
    .action(async (runtime: string | undefined, dir: string | undefined, options: InitOptions) =>
      done(await (await import("./runInit.ts")).runInit(terminal, { ...options, runtime, dir })),
    );
};
