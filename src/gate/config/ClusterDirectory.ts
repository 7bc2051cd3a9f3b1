import { isObjectName } from "../../protocol/kubernetesNames.ts";
import type { Log } from "../../telemetry/Log.ts";
import { GateError } from "../GateError.ts";
import type { Cluster, ClusterLookup } from "./Cluster.ts";
import { clusterSettings, type GateParts } from "./clusterSettings.ts";
import { DefaultParams } from "./DefaultParams.ts";
import type { GateClusterSettings } from "./GateClusterSettings.ts";
import { readStaging } from "./readStaging.ts";

/** The cached result of a lookup. */
interface Cached {
  readonly settings: GateClusterSettings;
  /** Their identity as JSON. */
  readonly identity: string;
  /** In milliseconds since 1970. */
  readonly lookedUpAt: number;
}

/** Cached clusters: more than the 3,000 of a large organisation. Each takes one or two kilobytes, for its keys. */
const MAX_CLUSTERS = 4096;
/** Cached names of no cluster. In a map of their own, so that a scan of invented names evicts no cluster. */
const MAX_UNKNOWN_NAMES = 1024;
/** A cluster is not looked up again for this long. */
const FRESH_MS = 60_000;
/** A name of no cluster is not looked up again for this long. Short, so that a newly enrolled cluster is found soon. */
const UNKNOWN_FRESH_MS = 5_000;
/** After a failed lookup the last good settings stay in force for this long before the next lookup. */
const RETRY_MS = 5_000;
const LOOKUP_TIMEOUT_MS = 3_000;
/** Lookups of names without settings at one time. Invented names must not flood what the lookup asks. */
const MAX_LOOKUPS = 512;
/** A call with older settings waits this long for newer ones. The shortest timeout of a registration is 1 s. */
const STALE_WAIT_MS = 500;

/**
 * Finds the settings of a cluster by name, in a table or through a lookup with a bounded cache. Calls for one name share
 * one lookup. When a lookup fails, the last good settings stay in force.
 */
export class ClusterDirectory {
  readonly #table: ReadonlyMap<string, GateClusterSettings> | undefined;
  readonly #lookup: ClusterLookup | undefined;
  readonly #cached = new Map<string, Cached>();
  /** When each of these names was looked up. */
  readonly #unknown = new Map<string, number>();
  readonly #pending = new Map<
    string,
    { readonly lookup: Promise<GateClusterSettings | undefined>; readonly startedAt: number }
  >();
  readonly #parts: GateParts;
  readonly #now: () => number;
  readonly #log: Log;

  /** Throws {@link GateConfigError} for a table with a fault. */
  constructor(
    clusters: Readonly<Record<string, Cluster>> | ClusterLookup,
    parts: GateParts,
    deps: { now: () => number; log: Log },
  ) {
    const names = typeof clusters === "function" ? undefined : Object.keys(clusters);
    this.#parts = { ...parts, staging: readStaging(parts, names), defaults: new DefaultParams() };
    this.#now = deps.now;
    this.#log = deps.log;
    if (typeof clusters === "function") this.#lookup = clusters;
    else
      this.#table = new Map(
        Object.entries(clusters).map(([name, cluster]) => [name, clusterSettings(name, cluster, this.#parts, true)]),
      );
  }

  /**
   * The settings of a cluster; undefined when there is no such cluster. Where no settings are cached, rejects with
   * {@link GateError} `cluster-lookup-failed` when the lookup fails, and `overloaded` when 512 others are in progress.
   */
  find(name: string): GateClusterSettings | undefined | Promise<GateClusterSettings | undefined> {
    if (this.#table !== undefined) return this.#table.get(name);
    if (!isObjectName(name) || this.#isUnknown(name)) return undefined;
    const cached = this.#cached.get(name);
    if (cached !== undefined && this.#now() - cached.lookedUpAt < FRESH_MS) {
      // To the end of the map: the least recently used cluster is evicted first.
      remember(this.#cached, name, cached, MAX_CLUSTERS);
      return cached.settings;
    }
    const lookup = this.#refresh(name, cached);
    return cached === undefined ? lookup : newestInTime(lookup, cached.settings);
  }

  /** Whether a lookup has to be asked for a name of which nothing is cached: it may be made up. */
  hasToAsk(name: string): boolean {
    return this.#table === undefined && !this.#cached.has(name) && isObjectName(name) && !this.#isUnknown(name);
  }

  #isUnknown(name: string): boolean {
    const lookedUpAt = this.#unknown.get(name);
    return lookedUpAt !== undefined && this.#now() - lookedUpAt < UNKNOWN_FRESH_MS;
  }

  #refresh(name: string, last: Cached | undefined): Promise<GateClusterSettings | undefined> {
    const pending = this.#pending.get(name);
    // An older lookup belongs to a call that its runtime dropped, and never ends.
    if (pending !== undefined && this.#now() - pending.startedAt <= LOOKUP_TIMEOUT_MS) return pending.lookup;
    if (last === undefined && !this.#hasRoom())
      return Promise.reject(new GateError("overloaded", "too many clusters are looked up at one time; try again"));
    const lookup = this.#lookUp(name, last).finally(() => {
      if (this.#pending.get(name)?.lookup === lookup) this.#pending.delete(name);
    });
    this.#pending.set(name, { lookup, startedAt: this.#now() });
    return lookup;
  }

  #hasRoom(): boolean {
    if (this.#pending.size < MAX_LOOKUPS) return true;
    for (const [name, { startedAt }] of this.#pending)
      if (this.#now() - startedAt > LOOKUP_TIMEOUT_MS) this.#pending.delete(name);
    return this.#pending.size < MAX_LOOKUPS;
  }

  async #lookUp(name: string, last: Cached | undefined): Promise<GateClusterSettings | undefined> {
    try {
      const cluster = await this.#lookUpInTime(name);
      const lookedUpAt = this.#now();
      if (cluster === undefined) {
        this.#cached.delete(name);
        remember(this.#unknown, name, lookedUpAt, MAX_UNKNOWN_NAMES);
        return undefined;
      }
      const read = clusterSettings(name, cluster, this.#parts, false);
      // What tiers have verified goes with the identity. While an address makes too many refused calls, nothing else is accepted.
      const identity = JSON.stringify(read.identity);
      const settings = last?.identity === identity ? { ...read, identity: last.settings.identity } : read;
      this.#unknown.delete(name);
      remember(this.#cached, name, { settings, identity, lookedUpAt }, MAX_CLUSTERS);
      return settings;
    } catch (error) {
      this.#log.error("the lookup of a cluster's settings failed", {
        cluster: name,
        kept: last !== undefined,
        error,
      });
      if (last === undefined)
        throw new GateError("cluster-lookup-failed", "the lookup of the cluster's settings failed; try again");
      const lookedUpAt = this.#now() - FRESH_MS + RETRY_MS;
      remember(this.#cached, name, { ...last, lookedUpAt }, MAX_CLUSTERS);
      return last.settings;
    }
  }

  async #lookUpInTime(name: string): Promise<Cluster | undefined> {
    const controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const error = new DOMException(`no answer within ${LOOKUP_TIMEOUT_MS} ms`, "TimeoutError");
        controller.abort(error);
        reject(error);
      }, LOOKUP_TIMEOUT_MS);
    });
    try {
      return await Promise.race([Promise.resolve(this.#lookup?.(name, controller.signal)), late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** The newer settings if they arrive soon, else the older ones. The lookup continues, for later calls. */
async function newestInTime(
  lookup: Promise<GateClusterSettings | undefined>,
  older: GateClusterSettings | undefined,
): Promise<GateClusterSettings | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const fallback = new Promise<GateClusterSettings | undefined>((resolve) => {
    timer = setTimeout(() => resolve(older), STALE_WAIT_MS);
  });
  try {
    return await Promise.race([lookup, fallback]);
  } finally {
    clearTimeout(timer);
  }
}

/** Few enough that the iterator, which passes the entries that were deleted, takes a few microseconds. */
function remember<T>(map: Map<string, T>, name: string, cached: T, maxSize: number): void {
  map.delete(name);
  map.set(name, cached);
  if (map.size <= maxSize) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}
