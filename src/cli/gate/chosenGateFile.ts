import { existsSync } from "node:fs";
import { CliError } from "../terminal/CliError.ts";

/** Where a project has its gate: in this repository, and in a project of `postern init`. */
const PLACES = ["functions/gate.ts", "gate.ts"] as const;

/** The gate of the project in the working directory, for commands without `--gate`; undefined when there is none. */
export function projectGate(): string | undefined {
  return PLACES.find((place) => existsSync(place));
}

/** The gate of the project, or where a new one is made. */
export function placeOfGate(): string {
  return projectGate() ?? PLACES[0];
}

/** The file of `--gate`, or the gate of the project in the working directory. Throws {@link CliError} when there is none. */
export function chosenGateFile(gate: string | undefined): string {
  const chosen = gate ?? projectGate();
  if (chosen !== undefined) return chosen;
  throw new CliError("usage", `no gate: neither ${PLACES.join(" nor ")} exists; name a gate with --gate FILE`);
}
