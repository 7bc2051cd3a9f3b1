import { IdentitySettingsError } from "../../identity/IdentitySettingsError.ts";
import type { ClusterTier, IdentityHost, IdentityTier, StartedTier } from "../../identity/IdentityTier.ts";
import type { CheckedTier } from "../config/clusterIdentity.ts";
import type { GateClusterSettings } from "../config/GateClusterSettings.ts";
import { GateConfigError } from "../config/GateConfigError.ts";

/** Accepts every caller. */
const NONE: ClusterTier = { identify: () => ({ outcome: "accepted", identity: { tier: "none" } }) };

/** The tiers of a running gate. Those of a cluster are made at its first call, and go with its settings. */
export class GateTiers {
  readonly #started: ReadonlyMap<IdentityTier, StartedTier>;
  readonly #clusters = new WeakMap<GateClusterSettings, readonly ClusterTier[]>();

  /** Throws {@link GateConfigError} for a variable of the runtime that cannot be used. */
  constructor(tiers: readonly IdentityTier[], host: IdentityHost) {
    this.#started = new Map(tiers.map((tier) => [tier, started(tier, host)]));
  }

  /** The tiers of a cluster, in the order of its settings. */
  of(settings: GateClusterSettings): readonly ClusterTier[] {
    const known = this.#clusters.get(settings);
    if (known !== undefined) return known;
    const made = settings.identity.map((checked) => this.#tierOf(settings.cluster, checked));
    this.#clusters.set(settings, made);
    return made;
  }

  #tierOf(cluster: string, checked: CheckedTier): ClusterTier {
    if (checked.tier === "none") return NONE;
    const tier = this.#started.get(checked.tier);
    // Settings are checked with the tiers of the same gate.
    if (tier === undefined) throw new TypeError(`the tier ${checked.tier.name} was not started`);
    return tier.forCluster(cluster, checked.settings);
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
