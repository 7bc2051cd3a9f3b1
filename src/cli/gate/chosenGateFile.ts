import { existsSync } from "node:fs";
import { CliError } from "../terminal/CliError.ts";

/** The gate of a project, for commands without `--gate`. */
export const PROJECT_GATE = "functions/gate.ts";

/** The file of `--gate`, or the gate of the project in the working directory. Throws {@link CliError} when there is none. */
export function chosenGateFile(gate: string | undefined): string {
  if (gate !== undefined) return gate;
  if (existsSync(PROJECT_GATE)) return PROJECT_GATE;
  throw new CliError("usage", `no gate: ${PROJECT_GATE} does not exist; name a gate with --gate ${knownGateFile()}`);
}

/** What to write after `--gate`: the file `gate.ts` of the working directory, or a word for any. */
export function knownGateFile(): string {
  return existsSync("gate.ts") ? "gate.ts" : "FILE";
}
