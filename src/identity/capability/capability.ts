import { IdentitySettingsError } from "../IdentitySettingsError.ts";
import type { IdentityHost, IdentityTier, StartedTier } from "../IdentityTier.ts";
import { TokenVerifiers } from "../jwt/TokenVerifier.ts";
import { RecentlyUsed } from "../RecentlyUsed.ts";
import { CapabilityKeys } from "./CapabilityKeys.ts";
import { ClusterCapabilities, type SharedCapabilities } from "./ClusterCapabilities.ts";
import { type CapabilityClaims, MAX_CAPABILITY_LENGTH } from "./readCapability.ts";
import { readCapabilitySettings } from "./readCapabilitySettings.ts";
import { CAPABILITY_KEYS, readKeySet } from "./readKeySet.ts";

/** 3,000 clusters have 6,000 during a change of all: the one in use, and the next. At most twice as many are kept, of about 1 kB. */
const VERIFIED = 6_144;

/** What tests choose. */
export interface CapabilityOptions {
  /** Random bytes for the `jti`. Default: `crypto.getRandomValues`. */
  readonly randomBytes?: (count: number) => Uint8Array;
}

/**
 * The tier for managed clusters, where only the URL of a webhook can be set. A gate issues signed capabilities to the sync
 * of a cluster, which writes them into the URLs of its registrations: `/k/TOKEN/c/CLUSTER/...`. A capability names one
 * cluster and can only ask for verdicts. The keys are in the variable `POSTERN_CAPABILITY_KEYS`; see `CapabilitySettings`
 * for the settings of a cluster.
 */
export function capability({ randomBytes = secureBytes }: CapabilityOptions = {}): IdentityTier {
  return {
    name: "capability",
    check: (settings) => void readCapabilitySettings(settings),
    start: (host) => start(host, randomBytes),
  };
}

function start(host: IdentityHost, randomBytes: (count: number) => Uint8Array): StartedTier {
  const keys = new CapabilityKeys(readKeySet(host.env[CAPABILITY_KEYS]), host.log);
  const verified = new RecentlyUsed<string, CapabilityClaims>({ entries: VERIFIED });
  const shared: SharedCapabilities = { host, keys, verified, randomBytes };
  const verifiers = new TokenVerifiers(host);
  return {
    forCluster(cluster, settings) {
      const checked = readCapabilitySettings(settings);
      if (keys.longestFor(cluster) > MAX_CAPABILITY_LENGTH) throw longName(keys, cluster);
      return new ClusterCapabilities(shared, cluster, checked, verifiers.forCluster(cluster, checked.issuer));
    },
  };
}

function longName(keys: CapabilityKeys, cluster: string): IdentitySettingsError {
  let most = cluster.length;
  while (most > 0 && keys.longestFor("a".repeat(most)) > MAX_CAPABILITY_LENGTH) most -= 1;
  return new IdentitySettingsError(
    "",
    `needs a shorter name of the cluster: capabilities have at most ${MAX_CAPABILITY_LENGTH} characters, so a name has at most ${most} with these keys`,
  );
}

function secureBytes(count: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(count));
}
