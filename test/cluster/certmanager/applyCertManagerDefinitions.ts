import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { patience } from "../../run/speedFactor.ts";
import type { ClusterClient } from "../ClusterClient.ts";
import type { CertManagerFiles } from "./certManagerBinary.ts";

/** On the reference machine. */
const PATIENCE_MS = 30_000;
const NAMES = ["certificates", "certificaterequests", "issuers", "clusterissuers"];

/** Applies cert-manager's CustomResourceDefinitions and resolves when they are established. */
export async function applyCertManagerDefinitions(
  cluster: ClusterClient,
  { definitions }: Pick<CertManagerFiles, "definitions">,
): Promise<void> {
  const names = NAMES.map((name) => `crd/${name}.cert-manager.io`);
  const applied = await cluster.kubectl(["apply", "--server-side", "-f", "-"], await readDefinitions(definitions));
  if (applied.code !== 0) throw new Error(applied.stderr);
  const limit = `--timeout=${patience(PATIENCE_MS)}ms`;
  const waited = await cluster.kubectl(["wait", "--for=condition=Established", limit, ...names]);
  if (waited.code !== 0) throw new Error(waited.stderr);
}

/** The definitions in YAML, without the lines with Helm templates, which are labels. */
async function readDefinitions(folder: string): Promise<string> {
  const files = (await readdir(folder)).filter((name) => name.endsWith(".yaml")).sort();
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), "utf8")));
  return texts
    .join("\n---\n")
    .split("\n")
    .filter((line) => !line.includes("{{"))
    .join("\n");
}
