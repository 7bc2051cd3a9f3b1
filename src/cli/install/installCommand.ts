import { Argument, Option } from "commander";
import type { AddCommand } from "../program.ts";
import { COMPONENTS } from "./config/components.ts";
import type { InstallOptions } from "./runInstall.ts";

/** Adds `postern install`: prints what runs in a cluster. */
export const installCommand: AddCommand = (program, terminal, done) => {
  program
    .command("install")
    .description("print what runs in a cluster, from one config file, ready for kubectl apply")
    .addArgument(
      new Argument("[components...]", "what is installed (default: components of the config, else sync)").choices(
        COMPONENTS,
      ),
    )
    .option("--config <file>", "config file", "postern.yaml")
    .addOption(
      new Option("--output <format>", "yaml for kubectl, json for machines").choices(["yaml", "json"]).default("yaml"),
    )
    .option("--out <folder>", "write files there instead of printing: one for each kind, for a repository")
    .option("--kustomize", "with --out: write an overlay over the shipped manifests instead")
    .option(
      "--manifests <path>",
      "with --kustomize: path of infra/kubernetes from the overlay (default: that of this package)",
    )
    .addHelpText(
      "after",
      `
Example:
  $ postern install --config postern.yaml | kubectl apply --server-side -f -
  $ postern install sync rollout --config postern.yaml
  $ postern install --out clusters/production/postern
  $ postern install --kustomize --out overlays/production
  $ helm template postern infra/helm --values postern.yaml

A config:
  components: [sync]
  cluster: production
  hosts: [gate.example.com]
  trust: { roots: [cloudflare] }
  selfTest: { publicKey: { kty: OKP, crv: Ed25519, x: ... } }
  images: { postern: registry.example.com/postern:0.1.0 }

infra/helm/values.yaml has all keys. An unknown key is a fault. Secrets that
must exist are named on standard error. With --out, only files that this
command wrote are replaced or removed.
The registrations are not part of it: see postern render.
Exit codes: 0 printed, 2 usage, or a fault of the config.`,
    )
    .action(async (components: string[], options: InstallOptions) =>
      done(await (await import("./runInstall.ts")).runInstall(terminal, components, options)),
    );
};
