import type { IdentityTier } from "../IdentityTier.ts";
import { capabilityTier } from "./capabilityTier.ts";

/**
 * The tier for managed clusters, where only the URL of a webhook can be set. A gate issues signed capabilities to the sync
 * of a cluster, which writes them into the URLs of its registrations: `/k/TOKEN/c/CLUSTER/...`. A capability names one
 * cluster and can only ask for verdicts. The keys are in the variable `POSTERN_CAPABILITY_KEYS`; see `CapabilitySettings`
 * for the settings of a cluster.
 */
export function capability(): IdentityTier {
  return capabilityTier((count) => crypto.getRandomValues(new Uint8Array(count)));
}
