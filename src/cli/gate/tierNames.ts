import type { GateClusterSettings } from "../../gate/config/GateClusterSettings.ts";

/** The tiers of a cluster by name, in their order, `none` included. */
export function tierNames({ identity }: Pick<GateClusterSettings, "identity">): readonly string[] {
  return identity.map(({ tier }) => (tier === "none" ? tier : tier.name));
}
