import type { Gate } from "../../../gate/config/defineGate.ts";
import type { GateClusterSettings } from "../../../gate/config/GateClusterSettings.ts";
import type { Lint } from "../../../registration/lint/Lint.ts";
import type { RegistrationObject } from "../../../registration/RegistrationObject.ts";
import { renderRegistrations } from "../../../registration/render/renderRegistrations.ts";
import { eachTogether } from "../../fleet/eachTogether.ts";
import type { FleetCluster } from "../../fleet/FleetCluster.ts";
import { shortList } from "../../fleet/shortList.ts";
import { settingsReader } from "../../gate/settingsForCluster.ts";
import { tierNames } from "../../gate/tierNames.ts";
import { CliError } from "../../terminal/CliError.ts";
import { refusedWithout } from "../capabilityBase.ts";
import { lintCluster } from "../lintCluster.ts";
import type { Sample } from "../lintMutators.ts";
import { parseGateUrl } from "../parseGateUrl.ts";
import { type CaBundle, readCaBundle } from "../readCaBundle.ts";

/** What clusters have that name nothing of their own. */
export interface FleetDefaults {
  readonly url: string | undefined;
  readonly ca: string | undefined;
  readonly nodes: number;
  readonly sync: boolean;
  readonly samples: readonly Sample[];
}

/** The registrations of one cluster. */
export interface RenderedCluster {
  readonly cluster: FleetCluster;
  readonly hash: string;
  readonly objects: readonly RegistrationObject[];
  readonly lints: readonly Lint[];
  readonly isSynced: boolean;
}

/** A fleet as it is rendered. */
export interface RenderedFleet {
  readonly clusters: readonly RenderedCluster[];
  /** One line for each cluster that cannot be rendered. */
  readonly faults: readonly string[];
}

/** Lookups at one time. Rendering itself does not wait. */
const LIMIT = 16;
const PATIENCE_MS = 1_000;

/**
 * Renders the registrations of a gate for each cluster, without capabilities in their URLs. A cluster that cannot be rendered
 * is a fault; the others are rendered all the same. `onDone` is called with the number of clusters that are done.
 */
export async function renderFleet(
  gate: Gate,
  clusters: readonly FleetCluster[],
  defaults: FleetDefaults,
  onDone: (done: number) => void,
): Promise<RenderedFleet> {
  const without = defaults.url === undefined ? clusters.filter(({ url }) => url === undefined) : [];
  if (without.length > 0) return { clusters: [], faults: [noUrl(without.map(({ name }) => name))] };
  const settingsFor = settingsReader(gate);
  const bundles = new Map<string, Promise<CaBundle>>();
  const rendered = await eachTogether(clusters, { limit: LIMIT, patienceMs: PATIENCE_MS, onDone }, async (cluster) => {
    try {
      return await renderOne(gate, await settingsFor(cluster.name), cluster, { defaults, bundles });
    } catch (error) {
      if (error instanceof CliError) return error.message;
      throw error;
    }
  });
  return {
    clusters: rendered.filter((it) => typeof it !== "string"),
    // A fault of the defaults is one of each cluster.
    faults: [...new Set(rendered.filter((it) => typeof it === "string"))],
  };
}

async function renderOne(
  gate: Gate,
  settings: GateClusterSettings,
  cluster: FleetCluster,
  { defaults, bundles }: { readonly defaults: FleetDefaults; readonly bundles: Map<string, Promise<CaBundle>> },
): Promise<RenderedCluster> {
  const url = urlOf(cluster, defaults.url);
  const file = cluster.ca ?? defaults.ca;
  const place = cluster.ca === undefined ? "--ca" : `${cluster.place ?? cluster.name}.ca`;
  const bundle = file === undefined ? undefined : await bundleOf(bundles, file, place);
  const { nodes = defaults.nodes, sync: isSynced = defaults.sync } = cluster;
  const { samples } = defaults;
  const ca = { place, warnings: bundle?.warnings ?? [] };
  const lints = [
    ...(await lintCluster(gate, settings, { url, nodes, samples, ca })),
    ...lintCapability(gate, settings, isSynced),
  ];
  const endpoint = { url, ...(bundle === undefined ? {} : { ca: bundle.pem }) };
  const handOver = { sync: isSynced, roots: bundle?.fingerprints ?? [] };
  return { cluster, lints, isSynced, ...(await renderRegistrations(gate, settings, endpoint, handOver)) };
}

function urlOf({ url, place }: FleetCluster, shared = ""): string {
  return url === undefined ? parseGateUrl(shared) : parseGateUrl(url, `${place}.url`);
}

function noUrl(names: readonly string[]): string {
  const have = names.length === 1 ? "has" : "have";
  return `${shortList(names)} ${have} no URL of the gate: give --url for all clusters, or url for each with --clusters`;
}

function bundleOf(bundles: Map<string, Promise<CaBundle>>, file: string, place: string): Promise<CaBundle> {
  const read = bundles.get(file) ?? readCaBundle(file, Date.now(), place);
  bundles.set(file, read);
  return read;
}

/** A capability is a secret, so it is never in a file: only the sync can write it. */
function lintCapability(gate: Gate, settings: GateClusterSettings, isSynced: boolean): Lint[] {
  const refused = refusedWithout(tierNames(settings), gate.conversions.length);
  if (refused === undefined) return [];
  const todo = isSynced ? "" : "; hand it over with --sync, or nothing writes one";
  return [
    {
      code: "no-capability",
      severity: "warning",
      place: `clusters.${settings.cluster}.identity`,
      message: `${refused.why}, and what is rendered has none: ${refused.until} until postern sync has run${todo}`,
    },
  ];
}
