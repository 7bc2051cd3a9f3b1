import type { Recorder } from "../../records/writer/Recorder.ts";
import type { Gate } from "./defineGate.ts";
import { GateConfigError } from "./GateConfigError.ts";

/**
 * Checks at the start of a process that it has stores for the clusters that need them. The settings of a lookup are not
 * known then. Throws {@link GateConfigError}.
 */
export function checkRecorder({ clusters }: Pick<Gate, "clusters">, recorder: Recorder | undefined): void {
  if (recorder?.now !== undefined || typeof clusters === "function") return;
  for (const [name, { records }] of Object.entries(clusters))
    if (records?.profile === "compliance")
      throw new GateConfigError(
        `clusters.${name}.records.profile`,
        "is compliance, but this process has no stores for records; see the settings POSTERN_RECORDS_*",
      );
}
