import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "esbuild";

/** In the repository, or in an installed package. */
const ENDING = import.meta.url.endsWith(".ts") ? "ts" : "js";
const DEPLOYED = fileOf(`../../../hosts/createWorker.${ENDING}`);
const OF_DEV = fileOf(`./createWorker.${ENDING}`);

/**
 * Bundles the `createWorker` of `postern dev` instead of that of a deployment, whatever file of a project calls it. Nothing that is
 * deployed has a switch that accepts every caller.
 */
export const openWorkers: Plugin = {
  name: "open-workers",
  setup({ onResolve }) {
    onResolve({ filter: /createWorker\.[jt]s$/ }, ({ path, resolveDir, importer }) =>
      importer !== OF_DEV && resolve(resolveDir, path) === DEPLOYED ? { path: OF_DEV } : undefined,
    );
  },
};

function fileOf(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}
