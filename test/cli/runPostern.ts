import { addClusterCommands } from "../../src/cli/addClusterCommands.ts";
import { addGateCommands } from "../../src/cli/addGateCommands.ts";
import { addDoctorCommand } from "../../src/cli/doctor/addDoctorCommand.ts";
import { readGateSources } from "../../src/cli/doctor/readGateSources.ts";
import { runProgram } from "../../src/cli/program.ts";
import { addSidecarCommand } from "../../src/cli/sidecar/addSidecarCommand.ts";

/** What `postern` said and how it ended. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** What stands around a run. Default: no input, no environment, no terminal. */
export interface Surroundings {
  readonly stdin?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  readonly isTTY?: boolean;
}

/** The groups of commands that `postern` has. */
export const ALL_COMMANDS = [addGateCommands, addClusterCommands, addDoctorCommand(readGateSources), addSidecarCommand];

/** Runs `postern` in this process, with its outputs in memory. */
export async function runPostern(
  args: readonly string[],
  { stdin = "", env = {}, isTTY }: Surroundings = {},
): Promise<Ran> {
  let out = "";
  let err = "";
  const code = await runProgram(
    args,
    {
      stdout: { write: (text: string) => (out += text), isTTY },
      stderr: { write: (text: string) => (err += text), isTTY },
      stdin: chunks(stdin),
      env,
    },
    "1.2.3",
    ALL_COMMANDS,
  );
  return { code, out, err };
}

async function* chunks(input: string | Uint8Array): AsyncGenerator<string | Uint8Array> {
  yield input;
}
