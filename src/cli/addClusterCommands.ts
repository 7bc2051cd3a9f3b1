import { Option } from "commander";
import { type AnnounceOptions, announceCommand } from "./announce/announceCommand.ts";
import type { AddCommands } from "./program.ts";
import { type RolloutOptions, rolloutCommand } from "./rollout/rolloutCommand.ts";
import { type SyncOptions, syncCommand } from "./sync/syncCommand.ts";
import { parsePort } from "./terminal/parsePort.ts";
import { parseSeconds } from "./terminal/parseSeconds.ts";

/** The commands that need no gate's sources, and so run from the container's one file: `sync`, `announce` and `rollout`. */
export const addClusterCommands: AddCommands = (program, terminal, done) => {
  program
    .command("sync")
    .description("keep caBundle and URL of a cluster's registrations in step with what the gate's endpoint serves")
    .option("--config <file>", "what is to be kept in step (YAML)", "/etc/postern/sync.yaml")
    .option("--once", "one run (the default)")
    .addOption(
      new Option("--watch", "runs an interval apart (of the config), until SIGTERM").conflicts([
        "once",
        "dryRun",
        "jitter",
      ]),
    )
    .addOption(
      new Option(
        "--jitter",
        "begin at this cluster's place in a window (of the config), so that not all clusters call at once",
      ).conflicts("dryRun"),
    )
    .addOption(
      // Nothing happens in a dry run that could be measured.
      new Option("--metrics <file>", "write metrics there in the Prometheus text format after each run").conflicts(
        "dryRun",
      ),
    )
    .option("--metrics-port <number>", "with --watch: serve /metrics, /healthz and /readyz there", parsePort)
    .option("--dry-run", "say what would be written, and write nothing")
    .addOption(new Option("--output <format>", "for people or for machines").choices(["text", "json"]).default("text"))
    .option("--context <name>", "the kubeconfig's context (default: the current one)")
    .option("--kubeconfig <file>", "the kubeconfig (default: KUBECONFIG, ~/.kube/config, the Pod's ServiceAccount)")
    .addHelpText(
      "after",
      `
Example:
  $ postern sync --config sync.yaml --dry-run --context production
  $ postern sync --config sync.yaml --watch --metrics-port 9464

Exit codes: 0 in step (or waiting for roots to be unused), 1 not in step and nothing broken, 2 usage,
config or a cluster that cannot be reached, 3 what was written did not carry and was taken back.`,
    )
    .action(async (options: SyncOptions) => done(await syncCommand(terminal, options)));

  program
    .command("announce")
    .description("ask the provider which URL and roots come next, and publish that, signed, for every cluster's sync")
    .requiredOption("--config <file>", "what is to be asked and where it is published (YAML)")
    .option("--dry-run", "say what would be announced, and publish nothing")
    .addOption(new Option("--output <format>", "for people or for machines").choices(["text", "json"]).default("text"))
    .addHelpText(
      "after",
      `
Example:
  $ postern announce --config announce.yaml --dry-run

To be run more often than announcements run out (1 h at most): every 15 minutes, say. Exit codes:
0 published, 1 the provider or the place cannot be asked (what is published stays), 2 usage or config.`,
    )
    .action(async (options: AnnounceOptions) => done(await announceCommand(terminal, options)));

  program
    .command("rollout")
    .description("roll the workloads that use a cert-manager Certificate each time it is renewed, until SIGTERM")
    .option("--namespace <name>", "only the Certificates of this namespace (default: of all)")
    .option("--lease <name>", "the Lease by which one of several controllers leads", "postern-rollout")
    .option("--lease-namespace <name>", "where that Lease is (default: the Pod's own namespace, else postern-system)")
    .option("--lease-seconds <number>", "after how long a leader that is silent is replaced", parseSeconds, 15)
    .option("--resync <seconds>", "look at every Certificate this often, though nothing was heard", parseSeconds, 300)
    .option("--port <number>", "serve POST /rollout there, by TLS with --cert and --key", parsePort)
    .option("--cert <file>", "its certificate chain in PEM, leaf first; followed as it is renewed")
    .option("--key <file>", "its private key in PEM")
    .option("--metrics-port <number>", "serve /metrics, /healthz and /readyz there", parsePort)
    .addOption(new Option("--output <format>", "for people or for machines").choices(["text", "json"]).default("text"))
    .option("--context <name>", "the kubeconfig's context (default: the current one)")
    .option("--kubeconfig <file>", "the kubeconfig (default: KUBECONFIG, ~/.kube/config, the Pod's ServiceAccount)")
    .addHelpText(
      "after",
      `
Example:
  $ kubectl annotate certificate gate-tls postern.dev/rollout=deployment/gate postern.dev/renewal-policy=canary
  $ postern rollout --namespace gates --metrics-port 9464
  $ kubectl wait certificate gate-tls --for=condition=RolledOut

Exit codes: 0 stopped by a signal, 2 usage, or a cluster that cannot be named.`,
    )
    .action(async (options: RolloutOptions) => done(await rolloutCommand(terminal, options)));
};
