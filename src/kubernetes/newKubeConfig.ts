import { KubeConfig } from "@kubernetes/client-node";

/**
 * Returns an empty kubeconfig. This is a file of its own for dynamic import: the package takes a second to load, and a
 * bundler drops all of it that is not named here.
 */
export function newKubeConfig(): KubeConfig {
  return new KubeConfig();
}
