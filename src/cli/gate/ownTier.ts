import { IdentitySettingsError } from "../../identity/IdentitySettingsError.ts";
import type { IdentityTier, StartedTier } from "../../identity/IdentityTier.ts";

/**
 * A tier of a gate file, which has a copy of this package in its bundle. The errors that the copy throws become those of this process:
 * a gate tells settings that cannot be used from bugs by their class.
 */
export function ownTier(tier: IdentityTier): IdentityTier {
  return {
    ...tier,
    check: (settings) => withOwnErrors(() => tier.check(settings)),
    start: (host) => ownStarted(withOwnErrors(() => tier.start(host))),
  };
}

function ownStarted(started: StartedTier): StartedTier {
  return {
    checkName: (cluster) => withOwnErrors(() => started.checkName?.(cluster)),
    forCluster: (cluster, settings) => withOwnErrors(() => started.forCluster(cluster, settings)),
  };
}

function withOwnErrors<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "bad-identity-settings")) throw error;
    throw new IdentitySettingsError("path" in error && typeof error.path === "string" ? error.path : "", error.message);
  }
}
