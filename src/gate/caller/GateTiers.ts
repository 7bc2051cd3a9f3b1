import { type RefusalReason, refused } from "../../identity/Identity.ts";
import { IdentitySettingsError } from "../../identity/IdentitySettingsError.ts";
import type { ClusterTier, IdentityHost, IdentityTier, StartedTier } from "../../identity/IdentityTier.ts";
import type { Log } from "../../telemetry/Log.ts";
import type { CheckedTier } from "../config/clusterIdentity.ts";
import type { GateClusterSettings } from "../config/GateClusterSettings.ts";
import { GateConfigError } from "../config/GateConfigError.ts";
import { GateError } from "../GateError.ts";

/** Accepts every caller. */
const NONE: ClusterTier = { identify: () => ({ outcome: "accepted", identity: { tier: "none" } }) };

/** The tiers of one cluster. */
interface ClusterTiers {
  readonly cluster: string;
  readonly tiers: readonly ClusterTier[];
}

/** For a cluster whose settings a tier cannot use. */
const UNUSABLE: ClusterTier = { identify: () => refused("no-tier") };

/** The tiers of a running gate. Those of a cluster are made at its first call, and go with its identity. */
export class GateTiers {
  readonly #started: ReadonlyMap<IdentityTier, StartedTier>;
  readonly #clusters = new WeakMap<GateClusterSettings["identity"], ClusterTiers>();
  readonly #refusals = new Map<RefusalReason, GateError>();
  readonly #log: Log;

  /** Throws {@link GateConfigError} for a variable of the runtime that cannot be used. */
  constructor(tiers: readonly IdentityTier[], host: IdentityHost) {
    this.#started = new Map(tiers.map((tier) => [tier, started(tier, host)]));
    this.#log = host.log;
  }

  /** Throws {@link GateConfigError} for a cluster of a table that a tier cannot serve. Makes no tiers. */
  check({ cluster, identity }: GateClusterSettings): void {
    for (const [index, { tier }] of identity.entries())
      try {
        if (tier !== "none") this.#started.get(tier)?.checkName?.(cluster);
      } catch (error) {
        if (!(error instanceof IdentitySettingsError)) throw error;
        throw new GateConfigError(`clusters.${cluster}.identity[${index}]`, error.message);
      }
  }

  /**
   * The tiers of a cluster, in the order of its settings. One that cannot use the settings of a lookup refuses each caller with 401, and
   * an error is in the log.
   */
  of({ cluster, identity }: GateClusterSettings): readonly ClusterTier[] {
    const known = this.#clusters.get(identity);
    if (known?.cluster === cluster) return known.tiers;
    const tiers = identity.map((checked) => this.#tierOf(cluster, checked));
    this.#clusters.set(identity, { cluster, tiers });
    return tiers;
  }

  /**
   * The error of a refused caller. Its reason is for the log. Made once for each reason: strangers make many calls, and the
   * stack of an error costs more than the rest of a refusal.
   */
  refusal(reason: RefusalReason): GateError {
    const known = this.#refusals.get(reason);
    if (known !== undefined) return known;
    const error = refusalOf(reason);
    this.#refusals.set(reason, error);
    return error;
  }

  #tierOf(cluster: string, checked: CheckedTier): ClusterTier {
    if (checked.tier === "none") return NONE;
    const tier = this.#started.get(checked.tier);
    // Settings are checked with the tiers of the same gate.
    if (tier === undefined) throw new TypeError(`the tier ${checked.tier.name} was not started`);
    try {
      return tier.forCluster(cluster, checked.settings);
    } catch (error) {
      if (!(error instanceof IdentitySettingsError)) throw error;
      const { name } = checked.tier;
      this.#log.error("a tier cannot use the settings of a cluster; it refuses each caller", {
        cluster,
        tier: name,
        error,
      });
      return UNUSABLE;
    }
  }
}

function started(tier: IdentityTier, host: IdentityHost): StartedTier {
  try {
    return tier.start(host);
  } catch (error) {
    if (!(error instanceof IdentitySettingsError)) throw error;
    throw new GateConfigError(error.path === "" ? tier.name : error.path, error.message);
  }
}

function refusalOf(reason: RefusalReason): GateError {
  const facts = { reason, body: "untouched" } as const;
  if (reason === "keys-unavailable")
    return new GateError("identity-unavailable", "the caller cannot be identified now; try again", facts);
  const message =
    "the gate does not know the caller: it has no such cluster, or the call does not prove that it comes from it";
  return new GateError("unauthenticated", message, facts);
}
