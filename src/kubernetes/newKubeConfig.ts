import { KubeConfig } from "@kubernetes/client-node";

/**
 * A kubeconfig that is empty yet. In a file of its own, to be imported when it is needed: loading the package takes a
 * second, and a bundler leaves out all of it that is not named here.
 */
export function newKubeConfig(): KubeConfig {
  return new KubeConfig();
}
