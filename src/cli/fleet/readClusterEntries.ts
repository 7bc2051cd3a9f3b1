import { readdir, readFile, stat } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import * as z from "zod/mini";
import { ConfigError } from "../../config/ConfigError.ts";
import { readYaml } from "../../config/readYaml.ts";
import { isJsonObject } from "../../protocol/Json.ts";
import { isObjectName } from "../../protocol/kubernetesNames.ts";
import { readFault } from "../terminal/readFault.ts";
import type { ClusterEntry, FleetCluster } from "./FleetCluster.ts";

/** What `--clusters` takes, for messages. */
export const EXPECTED =
  "expected a file with a mapping `clusters`, such as `clusters: { prod-eu-1: { context: eu-1 } }`, or a folder with a file NAME.yaml for each cluster";
const CLUSTERS_EXPECTED =
  "expected a mapping of names, such as `clusters: { prod-eu-1: { context: eu-1 } }`, or a list of them, such as `clusters: [prod-eu-1]`";

const NAME_EXPECTED = "expected the name of a cluster, such as prod-eu-1";

const text = z.string().check(z.minLength(1));
const entry = z.strictObject({
  context: z.optional(text),
  kubeconfig: z.optional(text),
  url: z.optional(text),
  ca: z.optional(text),
  nodes: z.optional(
    z.int("expected a whole number").check(z.refine((it) => it >= 1 && it <= 999_999, "expected 1 to 999999")),
  ),
  sync: z.optional(z.boolean()),
  config: z.optional(text),
});
const KEYS = Object.keys(entry.shape);

/** A cluster may have nothing after its name. */
const entryOrNothing = z.nullable(entry);
/** A list of names is a mapping of clusters that have nothing of their own. */
const named = z.transform((input: unknown, { issues }) => {
  const isList = Array.isArray(input) && input.every((name) => typeof name === "string");
  const clusters: unknown = isList ? Object.fromEntries(input.map((name) => [name, null])) : input;
  if (!isJsonObject(clusters)) {
    issues.push({ code: "custom", input, message: CLUSTERS_EXPECTED });
    return input;
  }
  for (const name of Object.keys(clusters))
    if (!isObjectName(name)) issues.push({ code: "custom", input, path: [name], message: NAME_EXPECTED });
  return clusters;
});
const table = z.strictObject({
  defaults: z.optional(entry),
  clusters: z.pipe(named, z.record(z.string(), entryOrNothing)),
});
/** A file that is empty or has something else than a mapping. */
const tableOrFault = z.pipe(
  z.transform((input: unknown, { issues }) => {
    if (!isJsonObject(input)) issues.push({ code: "custom", input, message: EXPECTED });
    return input;
  }),
  table,
);

/** The extensions of the files of a folder. */
const EXTENSION = /\.(?:yaml|yml)$/;

/**
 * The clusters that `--clusters` names, by name: a file with `clusters` and `defaults`, or a folder with a file `NAME.yaml` for
 * each. Throws {@link ConfigError} with the file, the member and what was expected.
 */
export async function readClusterEntries(path: string): Promise<readonly FleetCluster[]> {
  const found = await stat(path).catch((error: unknown): never => {
    throw new ConfigError("unreadable-config", `--clusters: ${path} ${readFault(error)}`, error);
  });
  const clusters = found.isDirectory() ? await readFolder(path) : await readTable(path);
  if (clusters.length === 0) throw new ConfigError("bad-config", `--clusters: ${path} names no cluster; ${EXPECTED}`);
  return clusters;
}

async function readTable(file: string): Promise<FleetCluster[]> {
  const known = { "": ["defaults", "clusters"], defaults: KEYS, "clusters.*": KEYS };
  const { defaults, clusters } = readYaml(file, await read(file), tableOrFault, known);
  return Object.entries(clusters).map(([name, entry]) => ({
    ...fromFile(file, { ...defaults, ...entry }),
    name,
    place: `${file}: clusters.${name}`,
  }));
}

async function readFolder(folder: string): Promise<FleetCluster[]> {
  const files = (await readdir(folder)).filter((it) => EXTENSION.test(it) && !it.startsWith(".")).sort();
  const clusters: FleetCluster[] = [];
  for (const file of files) {
    const path = join(folder, file);
    const name = file.replace(EXTENSION, "");
    if (!isObjectName(name))
      throw new ConfigError(
        "bad-config",
        `${path}: expected the name of a cluster before .yaml, such as prod-eu-1.yaml`,
      );
    if (clusters.some((it) => it.name === name))
      throw new ConfigError("bad-config", `${path}: the cluster ${name} has another file in this folder; remove one`);
    const entry = readYaml(path, await read(path), entryOrNothing, { "": KEYS });
    clusters.push({ ...fromFile(path, entry ?? {}), name, place: path });
  }
  return clusters;
}

/** Paths in a file are from the folder of the file. */
function fromFile(file: string, { ca, kubeconfig, config, ...entry }: ClusterEntry): ClusterEntry {
  const path = (to: string): string => (isAbsolute(to) ? to : join(dirname(file), to));
  return {
    ...entry,
    ...(ca === undefined ? {} : { ca: path(ca) }),
    ...(kubeconfig === undefined ? {} : { kubeconfig: path(kubeconfig) }),
    ...(config === undefined ? {} : { config: path(config) }),
  };
}

function read(file: string): Promise<string> {
  return readFile(file, "utf8").catch((error: unknown): never => {
    throw new ConfigError("unreadable-config", `--clusters: ${file} ${readFault(error)}`, error);
  });
}
