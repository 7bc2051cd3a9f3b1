import { renderRegistrations } from "../registration/renderRegistrations.ts";
import type { ReadGateSources } from "./doctorCommand.ts";
import { loadGate } from "./loadGate.ts";
import { settingsForCluster } from "./settingsForCluster.ts";

/** Loads a gate from its file, with its settings for a cluster. Throws `CliError`. */
export const readGateSources: ReadGateSources = async (file, cluster) => {
  const gate = await loadGate(file);
  const settings = await settingsForCluster(gate, cluster);
  const { hash } = await renderRegistrations(gate, settings);
  return { gate, settings, hash };
};
