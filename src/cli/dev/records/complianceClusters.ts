import type { DevGate } from "../gate/loadDevGate.ts";

/** The clusters of the gate's table with the profile `compliance`. None where the gate looks its clusters up. */
export function complianceClusters({ gate }: Pick<DevGate, "gate">): readonly string[] {
  if (gate === undefined || typeof gate.clusters === "function") return [];
  return Object.entries(gate.clusters).flatMap(([name, { records }]) =>
    records?.profile === "compliance" ? [name] : [],
  );
}
