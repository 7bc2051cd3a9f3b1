import { ABSENT, refused } from "../identity/Identity.ts";
import { IdentitySettingsError } from "../identity/IdentitySettingsError.ts";
import type { IdentityTier, StartedTier } from "../identity/IdentityTier.ts";
import type { Log } from "../telemetry/Log.ts";

/**
 * A tier that accepts nobody where the variables of the runtime cannot be used, such as the keys of capabilities: an error is in the
 * log, and its credentials are refused. For a runtime without a start at which it could fail: the other tiers go on.
 */
export function usableTier(tier: IdentityTier, log: Log): IdentityTier {
  return {
    ...tier,
    start: (host) => {
      try {
        return tier.start(host);
      } catch (error) {
        const variable = error instanceof IdentitySettingsError ? error.path : undefined;
        log.error("a tier cannot be used; its credentials are refused", { tier: tier.name, variable, error });
        return UNUSABLE;
      }
    },
  };
}

/** A gate without keys has no key of any credential. Not `keys-unavailable`: only a cluster that exists would answer 503. */
const UNUSABLE: StartedTier = {
  forCluster: () => ({ identify: ({ token }) => (token === undefined ? ABSENT : refused("unknown-key")) }),
};
