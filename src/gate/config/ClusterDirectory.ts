import type { ClusterSettings } from "../../policy/define/ClusterSettings.ts";
import type { Policy } from "../../policy/define/policy.ts";
import { isObjectName } from "../../protocol/kubernetesNames.ts";
import type { Log } from "../../telemetry/Log.ts";
import { GateError } from "../GateError.ts";
import type { Cluster, ClusterLookup } from "./Cluster.ts";
import { clusterSettings } from "./clusterSettings.ts";

/** What is known of a name, and since when. `settings` is undefined when there is no such cluster. */
interface Known {
  readonly settings: ClusterSettings | undefined;
  readonly at: number;
}

/** Clusters remembered at one time: more than the 3,000 of a large organisation, at well under a kilobyte each. */
const CLUSTERS = 4096;
/** Names that turned out to be no cluster's; kept apart, so that a scan of made-up names drives no cluster out. */
const STRANGERS = 1024;
/** For how long a cluster is not looked up again, in milliseconds. */
const FRESH = 60_000;
/** The same for a name that was none: a cluster that was just enrolled is found soon. */
const STRANGER_FRESH = 5_000;
/** After a failed lookup the last good settings serve for this long before the next try. */
const RETRY = 5_000;
/** The most that a lookup may take, in milliseconds. */
const LOOKUP_TIMEOUT = 3_000;
/** For how long a call waits for a newer answer when there is an older one that will do; registrations give it a second at least. */
const PATIENCE = 500;

/** Finds a cluster's settings by name, in a table or through a lookup with a bounded cache. */
export class ClusterDirectory {
  readonly #table: ReadonlyMap<string, ClusterSettings> | undefined;
  readonly #lookup: ClusterLookup | undefined;
  readonly #known = new Map<string, Known>();
  readonly #strangers = new Map<string, Known>();
  readonly #pending = new Map<
    string,
    { readonly looking: Promise<ClusterSettings | undefined>; readonly since: number }
  >();
  readonly #policies: readonly Policy[];
  readonly #now: () => number;
  readonly #log: Log;

  /** Throws GateConfigError for a table with a fault in it. */
  constructor(
    clusters: Readonly<Record<string, Cluster>> | ClusterLookup,
    policies: readonly Policy[],
    deps: { now: () => number; log: Log },
  ) {
    this.#policies = policies;
    this.#now = deps.now;
    this.#log = deps.log;
    if (typeof clusters === "function") this.#lookup = clusters;
    else
      this.#table = new Map(
        Object.entries(clusters).map(([name, cluster]) => [name, clusterSettings(name, cluster, policies, true)]),
      );
  }

  /** Undefined when there is no such cluster. Throws `cluster-lookup-failed` when that cannot be told and nothing is remembered. */
  find(name: string): ClusterSettings | undefined | Promise<ClusterSettings | undefined> {
    if (this.#table !== undefined) return this.#table.get(name);
    if (!isObjectName(name)) return undefined;
    const stranger = this.#strangers.get(name);
    if (stranger !== undefined && this.#now() - stranger.at < STRANGER_FRESH) return undefined;
    const known = this.#known.get(name);
    if (known !== undefined && this.#now() - known.at < FRESH) {
      // Back to the young end: the one that is asked for least goes first.
      this.#known.delete(name);
      this.#known.set(name, known);
      return known.settings;
    }
    const looking = this.#refresh(name, known);
    return known === undefined ? looking : inPatience(looking, known.settings);
  }

  /** Calls for one name share one lookup. */
  #refresh(name: string, last: Known | undefined): Promise<ClusterSettings | undefined> {
    const pending = this.#pending.get(name);
    // One that is older belongs to a call that its runtime dropped, and will never come to an end.
    if (pending !== undefined && this.#now() - pending.since <= LOOKUP_TIMEOUT) return pending.looking;
    const looking = this.#look(name, last).finally(() => {
      if (this.#pending.get(name)?.looking === looking) this.#pending.delete(name);
    });
    this.#pending.set(name, { looking, since: this.#now() });
    return looking;
  }

  async #look(name: string, last: Known | undefined): Promise<ClusterSettings | undefined> {
    try {
      const cluster = await this.#lookUpInTime(name);
      const at = this.#now();
      if (cluster === undefined) {
        this.#known.delete(name);
        remember(this.#strangers, name, { settings: undefined, at }, STRANGERS);
        return undefined;
      }
      const settings = clusterSettings(name, cluster, this.#policies, false);
      this.#strangers.delete(name);
      remember(this.#known, name, { settings, at }, CLUSTERS);
      return settings;
    } catch (error) {
      this.#log.error("a cluster's settings could not be looked up", {
        cluster: name,
        kept: last !== undefined,
        error,
      });
      if (last === undefined)
        throw new GateError("cluster-lookup-failed", "the cluster's settings could not be looked up; try again");
      remember(this.#known, name, { settings: last.settings, at: this.#now() - FRESH + RETRY }, CLUSTERS);
      return last.settings;
    }
  }

  async #lookUpInTime(name: string): Promise<Cluster | undefined> {
    const controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const error = new DOMException(`no answer within ${LOOKUP_TIMEOUT} ms`, "TimeoutError");
        controller.abort(error);
        reject(error);
      }, LOOKUP_TIMEOUT);
    });
    try {
      return await Promise.race([Promise.resolve(this.#lookup?.(name, controller.signal)), late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** The newer settings if they come soon, else the older ones; the lookup goes on for the calls to come. */
async function inPatience(
  looking: Promise<ClusterSettings | undefined>,
  older: ClusterSettings | undefined,
): Promise<ClusterSettings | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const enough = new Promise<ClusterSettings | undefined>((resolve) => {
    timer = setTimeout(() => resolve(older), PATIENCE);
  });
  try {
    return await Promise.race([looking, enough]);
  } finally {
    clearTimeout(timer);
  }
}

function remember(map: Map<string, Known>, name: string, known: Known, most: number): void {
  map.delete(name);
  map.set(name, known);
  const [oldest] = map.keys();
  if (map.size > most && oldest !== undefined) map.delete(oldest);
}
