import { spawn } from "node:child_process";
import { mkdtemp, readdir, realpath } from "node:fs/promises";
import { basename, join } from "node:path";
import { ociBundle } from "./ociBundle.ts";

/**
 * A container of the Pod runner, which runs programs of this machine: starts the image in its place. `FOLDER ROOT CONFIG
 * ARGS`: the folder of bundles, the root file system, the image's config as JSON, and the args of the container. The Pod
 * runner has the volumes as links below CONTAINER_ROOT. In the image they are where the Pod mounts them.
 */
const [folder = "", root = "", config = "", ...args] = process.argv.slice(2);
const { CONTAINER_ROOT = "", KUBECONFIG: _, PATH: __, HOME: ___, ...env } = process.env;
const bundle = await mkdtemp(join(folder, "pod-"));
const plan = {
  root,
  config: JSON.parse(config),
  args: args.map((arg) => arg.replaceAll(CONTAINER_ROOT, "")),
  env: Object.entries(env).map(([name, value = ""]) => `${name}=${value.replaceAll(CONTAINER_ROOT, "")}`),
  mounts: Object.fromEntries(await linksIn("")),
};
const [program, ...words] = await ociBundle(folder, basename(bundle), plan);
const child = spawn(program, words, { stdio: "inherit" });
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.once("exit", (code) => process.exit(code ?? 1));

/** The links below CONTAINER_ROOT and what they lead to. */
async function linksIn(path: string): Promise<[string, string][]> {
  const entries = await readdir(join(CONTAINER_ROOT, path), { withFileTypes: true });
  const found = entries.map(async (entry): Promise<[string, string][]> => {
    const at = `${path}/${entry.name}`;
    if (entry.isSymbolicLink()) return [[at, await realpath(join(CONTAINER_ROOT, at))]];
    return entry.isDirectory() ? linksIn(at) : [];
  });
  return (await Promise.all(found)).flat();
}
