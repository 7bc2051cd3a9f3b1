import type { ClusterChoice } from "../../../kubernetes/KubernetesClient.ts";
import { isObjectName } from "../../../protocol/kubernetesNames.ts";
import { CliError } from "../../terminal/CliError.ts";

/** Options of `postern doctor --preflight`, as they are given. */
export interface PreflightOptions extends ClusterChoice {
  readonly preflight?: string;
  readonly ca?: string;
  /** Name of the cluster in the gate. */
  readonly cluster?: string;
  readonly output: "text" | "json";
  readonly config?: string;
  readonly gate?: string;
}

/** The options, when a URL is to be checked; undefined without one. Throws {@link CliError} for options that do not go together. */
export function checkPreflightOptions(
  options: PreflightOptions,
): (PreflightOptions & { readonly preflight: string }) | undefined {
  const { preflight, ca, cluster, config, gate, context, kubeconfig } = options;
  if (preflight === undefined) {
    if (ca !== undefined) throw new CliError("usage", "--ca needs --preflight: use it with the URL to check");
    return undefined;
  }
  if (config !== undefined || gate !== undefined)
    throw new CliError(
      "usage",
      "--preflight does not take --config and --gate: they are for registrations; run the command twice",
    );
  if (cluster !== undefined && !isObjectName(cluster))
    throw new CliError(
      "usage",
      `--cluster ${JSON.stringify(cluster)} is not a name of a cluster; expected one such as prod-eu-1`,
    );
  if (kubeconfig !== undefined && context === undefined)
    throw new CliError("usage", "--preflight calls an API server only with --context: name one of the kubeconfig");
  return { ...options, preflight };
}
