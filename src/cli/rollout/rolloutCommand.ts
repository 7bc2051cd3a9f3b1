import type { AddCommand } from "../program.ts";
import { parsePort, parseSeconds } from "../terminal/optionParsers.ts";
import { contextOption, kubeconfigOption, outputOption } from "../terminal/sharedOptions.ts";
import type { RolloutOptions } from "./runRollout.ts";

/** Adds `postern rollout`: runs the rollout controller until a signal. */
export const rolloutCommand: AddCommand = (program, terminal, done) => {
  program
    .command("rollout")
    .description("roll the workloads of a cert-manager Certificate after each renewal, until SIGTERM")
    .option("--namespace <name>", "only the Certificates of this namespace (default: all namespaces)")
    .option("--lease <name>", "Lease that elects the leader", "postern-rollout")
    .option("--lease-namespace <name>", "namespace of the Lease (default: that of the Pod, else postern-system)")
    .option("--lease-seconds <number>", "seconds after which a silent leader is replaced", parseSeconds, 15)
    .option("--resync <seconds>", "seconds after which every Certificate is read again", parseSeconds, 300)
    .option("--port <number>", "serve POST /rollout on this port, over TLS with --cert and --key", parsePort)
    .option("--cert <file>", "certificate chain in PEM, leaf first; reloaded when it is renewed")
    .option("--key <file>", "private key of the certificate, in PEM")
    .option("--metrics-port <number>", "serve /metrics, /healthz and /readyz on this port", parsePort)
    .addOption(outputOption())
    .addOption(contextOption())
    .addOption(kubeconfigOption())
    .addHelpText(
      "after",
      `
Example:
  $ postern rollout --namespace gates --metrics-port 9464
  $ kubectl annotate certificate gate-tls postern.dev/rollout=deployment/gate \\
      postern.dev/renewal-policy=canary
  $ kubectl wait certificate gate-tls --for=condition=RolledOut

Exit codes: 0 stopped by a signal, 2 usage, or no cluster in the kubeconfig.`,
    )
    .action(async (options: RolloutOptions) =>
      done(await (await import("./runRollout.ts")).runRollout(terminal, options)),
    );
};
