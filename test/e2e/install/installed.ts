import { mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { runPostern } from "../../cli/runPostern.ts";
import type { Cluster } from "../../cluster/Cluster.ts";

/** Writes a config into the folder of a cluster. Resolves to its path. */
export async function writeInstallConfig(cluster: Cluster, config: unknown): Promise<string> {
  const file = join(await mkdtemp(join(cluster.place.folder, "install-")), "postern.yaml");
  await writeFile(file, stringify(config, { version: "1.1" }));
  return file;
}

/** Runs a command of postern that must succeed. Resolves to its output. */
export async function outputOf(...args: readonly string[]): Promise<string> {
  const { code, out, err } = await runPostern(args);
  if (code !== 0) throw new Error(err);
  return out;
}
