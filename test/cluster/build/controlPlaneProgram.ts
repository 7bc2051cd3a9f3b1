import { existsSync } from "node:fs";
import { join } from "node:path";
import { ClusterUnavailableError } from "./ClusterUnavailableError.ts";
import { clusterBinary } from "./clusterBinary.ts";
import type { BuildEnv } from "./goBuild.ts";

/** The executable file of a component, and the arguments before its flags. */
export type ComponentProgram = (component: string) => { readonly file: string; readonly args: readonly string[] };

/**
 * The source of the components: the folder in KUBEBUILDER_ASSETS, as in controller-runtime's envtest, or else the built
 * binary. Throws {@link ClusterUnavailableError}.
 */
export async function controlPlaneProgram(
  progress: (line: string) => void,
  env: BuildEnv = process.env,
): Promise<ComponentProgram> {
  const assets = env.KUBEBUILDER_ASSETS;
  if (assets === undefined || assets === "") {
    const binary = await clusterBinary(progress, env);
    return (component) => ({ file: binary, args: [component] });
  }
  const missing = ["etcd", "kube-apiserver", "kubectl"].find((name) => !existsSync(join(assets, name)));
  if (missing !== undefined)
    throw new ClusterUnavailableError(`KUBEBUILDER_ASSETS is ${assets}, which does not contain ${missing}`);
  return (component) => {
    const file = join(assets, component);
    if (!existsSync(file))
      throw new ClusterUnavailableError(
        `KUBEBUILDER_ASSETS is ${assets}, which does not contain ${component}: unset it to build one`,
      );
    return { file, args: [] };
  };
}
