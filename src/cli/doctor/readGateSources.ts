import type { GateClusterSettings } from "../../gate/config/GateClusterSettings.ts";
import { readDuration } from "../../protocol/readDuration.ts";
import { renderRegistrations } from "../../registration/render/renderRegistrations.ts";
import { loadGate } from "../gate/loadGate.ts";
import { settingsReader } from "../gate/settingsForCluster.ts";
import { tierNames } from "../gate/tierNames.ts";
import type { ReadGateSources } from "./GateReader.ts";

/** Loads a gate from its file. Throws `CliError`. */
export const readGateSources: ReadGateSources = async (file) => {
  const gate = await loadGate(file);
  const settingsFor = settingsReader(gate);
  return {
    gate,
    sourcesFor: async (cluster) => {
      const settings = await settingsFor(cluster);
      const { hash } = await renderRegistrations(gate, settings);
      return { gate, settings, hash, tiers: tierNames(settings), graceMs: graceOf(settings) };
    },
  };
};

/** The grace in the settings of the tier `capability`. Undefined for its default. */
function graceOf({ identity }: GateClusterSettings): number | undefined {
  for (const one of identity) {
    if (one.tier === "none" || one.tier.name !== "capability") continue;
    const { grace } = one.settings;
    return typeof grace === "string" ? readDuration(grace) : undefined;
  }
  return undefined;
}
