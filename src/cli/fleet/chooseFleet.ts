import { readdir } from "node:fs/promises";
import type { Gate } from "../../gate/config/defineGate.ts";
import { isObjectName } from "../../protocol/kubernetesNames.ts";
import { matchesGlob } from "../../protocol/matchesGlob.ts";
import { CliError } from "../terminal/CliError.ts";
import type { FleetCluster } from "./FleetCluster.ts";
import { EXPECTED, readClusterEntries } from "./readClusterEntries.ts";

/** Options of every command over all clusters. */
export interface FleetOptions {
  /** A file or a folder that names clusters. */
  readonly clusters?: string;
  /** Names of contexts, with `{cluster}`. */
  readonly contexts?: string;
  /** Names of clusters, with `*`. */
  readonly only?: readonly string[];
  readonly kubeconfig?: string;
}

/** A fleet and the part of it that a command is about. */
export interface Fleet {
  /** Names of all clusters. */
  readonly names: ReadonlySet<string>;
  /** Those that were chosen, by name. */
  readonly chosen: readonly FleetCluster[];
}

/** Where clusters are named when a gate looks them up and `--clusters` is not given. */
const FOLDER = "clusters";

/**
 * The clusters of a gate: those of its table, with what `--clusters` says of them; those that `--clusters` names for a gate that
 * looks them up, or without a gate. Throws {@link CliError} `usage` when nothing names them, and `ConfigError`.
 */
export async function chooseFleet(gate: Pick<Gate, "clusters"> | undefined, options: FleetOptions): Promise<Fleet> {
  const table = gate === undefined || typeof gate.clusters === "function" ? undefined : Object.keys(gate.clusters);
  const file = options.clusters ?? (table === undefined && (await namesClusters(FOLDER)) ? FOLDER : undefined);
  if (file === undefined && table === undefined)
    throw new CliError(
      "usage",
      `--all: the gate looks its clusters up, so it cannot list them; name them with --clusters PATH: ${EXPECTED}`,
    );
  const entries = file === undefined ? [] : await readClusterEntries(file);
  const clusters = table === undefined ? entries : withEntries(table, entries);
  if (clusters.length === 0) throw new CliError("usage", "--all: the gate has no clusters");
  return { names: new Set(clusters.map(({ name }) => name)), chosen: chosenOf(clusters, options) };
}

/** Chooses clusters by `--only`, gives each its context and kubeconfig, and sorts them by name. Throws {@link CliError} `usage`. */
export function chosenOf(
  clusters: readonly FleetCluster[],
  { only = [], contexts, kubeconfig }: FleetOptions,
): FleetCluster[] {
  if (contexts !== undefined && !contexts.includes("{cluster}"))
    throw new CliError("usage", "--contexts needs {cluster} for the name of the cluster, such as prod-{cluster}");
  for (const pattern of only)
    if (!clusters.some(({ name }) => matchesGlob(pattern, name)))
      throw new CliError("usage", `--only ${JSON.stringify(pattern)} names none of the clusters; ${listed(clusters)}`);
  const chosen = clusters
    .filter(({ name }) => only.length === 0 || only.some((pattern) => matchesGlob(pattern, name)))
    .map((cluster) => ({ ...cluster, ...reachedBy(cluster, contexts, kubeconfig) }))
    .sort(byName);
  checkContexts(chosen);
  return chosen;
}

/** `prod-2` comes before `prod-10`. */
const NUMERIC = new Intl.Collator("en", { numeric: true });

function byName(left: FleetCluster, right: FleetCluster): number {
  return NUMERIC.compare(left.name, right.name) || (left.name < right.name ? -1 : 1);
}

/** Without a context of its own: that of `--contexts`, the current one of its own kubeconfig, or the one with its name. */
function reachedBy(
  { name, context, kubeconfig }: FleetCluster,
  contexts: string | undefined,
  shared: string | undefined,
): Pick<FleetCluster, "context" | "kubeconfig"> {
  const templated = contexts?.replaceAll("{cluster}", () => name);
  return {
    context: context ?? templated ?? (kubeconfig === undefined ? name : undefined),
    kubeconfig: kubeconfig ?? shared,
  };
}

/** Two clusters with one context are a mistake: one of them would be compared with the other. */
function checkContexts(clusters: readonly FleetCluster[]): void {
  const seen = new Map<string, string>();
  for (const { name, context, kubeconfig = "" } of clusters) {
    const key = JSON.stringify([kubeconfig, context]);
    const other = seen.get(key);
    if (other !== undefined)
      throw new CliError(
        "usage",
        `--clusters: the clusters ${other} and ${name} have the same context ${JSON.stringify(context ?? "(current)")}; give each its own`,
      );
    seen.set(key, name);
  }
}

function withEntries(table: readonly string[], entries: readonly FleetCluster[]): FleetCluster[] {
  const known = new Set(table);
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  const unknown = entries.find(({ name }) => !known.has(name));
  if (unknown !== undefined)
    throw new CliError(
      "usage",
      `${unknown.place}: the gate has no cluster ${JSON.stringify(unknown.name)}; ${listed(table.map((name) => ({ name })))}`,
    );
  return table.map((name) => {
    // It is the name of a folder.
    if (!isObjectName(name))
      throw new CliError("usage", `clusters.${JSON.stringify(name)}: expected a name such as prod-eu-1`);
    return byName.get(name) ?? { name };
  });
}

function listed(clusters: readonly { readonly name: string }[]): string {
  if (clusters.length === 0) return "it has no clusters";
  const shown = clusters.slice(0, 10).map(({ name }) => name);
  return `there are ${shown.join(", ")}${clusters.length > shown.length ? `, and ${clusters.length - shown.length} more` : ""}`;
}

/** Whether a folder has a file that names a cluster. */
async function namesClusters(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch(() => []);
  return names.some((name) => /\.(?:yaml|yml)$/.test(name));
}
