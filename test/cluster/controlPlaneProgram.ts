import { existsSync } from "node:fs";
import { join } from "node:path";
import { ClusterUnavailableError } from "./ClusterUnavailableError.ts";
import { clusterBinary } from "./clusterBinary.ts";
import type { BuildEnv } from "./goBuild.ts";

/** How a component is run: a file, and what comes before its own flags. */
export type ComponentProgram = (component: string) => { readonly file: string; readonly args: readonly string[] };

/**
 * Where the components come from: the folder that KUBEBUILDER_ASSETS names, as with controller-runtime's envtest, and
 * the binary of this folder without it. Throws {@link ClusterUnavailableError}.
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
    throw new ClusterUnavailableError(`KUBEBUILDER_ASSETS is ${assets}, and there is no ${missing} in it`);
  return (component) => {
    const file = join(assets, component);
    if (!existsSync(file))
      throw new ClusterUnavailableError(
        `KUBEBUILDER_ASSETS is ${assets}, and there is no ${component} in it; unset it to have one built`,
      );
    return { file, args: [] };
  };
}
