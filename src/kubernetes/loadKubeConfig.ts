import type { KubeConfig } from "@kubernetes/client-node";
import { KubernetesError } from "./KubernetesError.ts";
import { kubeconfigFault } from "./kubeconfigFault.ts";

/** client-node's name for its default context (localhost:8080), which it uses when it finds no kubeconfig (config.ts). */
const FALLBACK_CONTEXT = "loaded-context";
/** Names in a message. */
const MAX_SHOWN = 10;

/**
 * Loads a kubeconfig; undefined for kubectl's defaults: KUBECONFIG, ~/.kube/config and the ServiceAccount of a Pod. Throws
 * {@link KubernetesError} `cluster-unreachable`.
 */
export async function loadKubeConfig(kubeconfig: string | undefined): Promise<KubeConfig> {
  // A dynamic import: the package takes a second to load, and few commands need it.
  const { newKubeConfig } = await import("./newKubeConfig.ts");
  const config = newKubeConfig();
  try {
    if (kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromFile(kubeconfig);
  } catch (error) {
    // Without the cause, which quotes the file.
    throw new KubernetesError(
      "cluster-unreachable",
      `${kubeconfig ?? "the kubeconfig"} cannot be used: ${kubeconfigFault(error)}`,
    );
  }
  if (kubeconfig === undefined && config.getCurrentContext() === FALLBACK_CONTEXT)
    throw new KubernetesError(
      "cluster-unreachable",
      "no cluster is configured: there is no KUBECONFIG, no ~/.kube/config and no ServiceAccount token of a Pod; use --kubeconfig FILE",
    );
  return config;
}

/**
 * The same kubeconfig with another current context; undefined for its own. It is a copy, which keeps tokens of credential
 * plugins for itself. Throws {@link KubernetesError} `cluster-unreachable` when it has no such context.
 */
export async function withContext(config: KubeConfig, context: string | undefined): Promise<KubeConfig> {
  if (context !== undefined && config.getContextObject(context) === null) {
    const names = config.getContexts().map(({ name }) => name);
    const shown = names.slice(0, MAX_SHOWN).join(", ");
    const more = names.length > MAX_SHOWN ? `, and ${names.length - MAX_SHOWN} more` : "";
    throw new KubernetesError(
      "cluster-unreachable",
      `the kubeconfig has no context ${JSON.stringify(context)}; it has ${shown || "none"}${more}`,
    );
  }
  const { newKubeConfig } = await import("./newKubeConfig.ts");
  const copy = newKubeConfig();
  const { clusters, users, contexts, currentContext } = config;
  copy.loadFromOptions({ clusters, users, contexts, currentContext: context ?? currentContext });
  return copy;
}
