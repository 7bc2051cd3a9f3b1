import { renderRegistrations } from "../../registration/render/renderRegistrations.ts";
import { loadGate } from "../gate/loadGate.ts";
import { settingsForCluster } from "../gate/settingsForCluster.ts";
import type { ReadGateSources } from "./runDoctor.ts";

/** Loads a gate from its file, with its settings for a cluster. Throws `CliError`. */
export const readGateSources: ReadGateSources = async (file, cluster) => {
  const gate = await loadGate(file);
  const settings = await settingsForCluster(gate, cluster);
  const { hash } = await renderRegistrations(gate, settings);
  return { gate, settings, hash };
};
