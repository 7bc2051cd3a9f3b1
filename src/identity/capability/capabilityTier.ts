import { RecentlyUsed } from "../../cache/RecentlyUsed.ts";
import { IdentitySettingsError } from "../IdentitySettingsError.ts";
import type { IdentityHost, IdentityTier, StartedTier } from "../IdentityTier.ts";
import { TokenVerifiers } from "../jwt/TokenVerifier.ts";
import { CapabilityKeys } from "./CapabilityKeys.ts";
import { ClusterCapabilities, type SharedCapabilities } from "./ClusterCapabilities.ts";
import { MAX_CAPABILITY_LENGTH, type UnverifiedCapability } from "./readCapability.ts";
import { readCapabilitySettings } from "./readCapabilitySettings.ts";
import { CAPABILITY_KEYS, readKeySet } from "./readKeySet.ts";

/** 3,000 clusters have 6,000 during a change of all: the one in use, and the next. At most twice as many are kept, of about 1 kB. */
const VERIFIED = 6_144;

/** The tier `capability`. `randomBytes` makes the `jti`. */
export function capabilityTier(randomBytes: (count: number) => Uint8Array): IdentityTier {
  return {
    name: "capability",
    check: (settings) => void readCapabilitySettings(settings),
    start: (host) => start(host, randomBytes),
  };
}

function start(host: IdentityHost, randomBytes: (count: number) => Uint8Array): StartedTier {
  const keys = new CapabilityKeys(readKeySet(host.env[CAPABILITY_KEYS]), host.log);
  const verified = new RecentlyUsed<string, UnverifiedCapability>({ entries: VERIFIED });
  const shared: SharedCapabilities = { host, keys, verified, randomBytes };
  const verifiers = new TokenVerifiers(host);
  const checkName = (cluster: string): void => {
    if (keys.longestFor(cluster) > MAX_CAPABILITY_LENGTH) throw longName(keys, cluster);
  };
  return {
    checkName,
    forCluster(cluster, settings) {
      const checked = readCapabilitySettings(settings);
      checkName(cluster);
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
