import { announceCommand } from "../../src/cli/announce/announceCommand.ts";
import { completionCommand } from "../../src/cli/completion/completionCommand.ts";
import { devCommand } from "../../src/cli/dev/devCommand.ts";
import { doctorCommand } from "../../src/cli/doctor/doctorCommand.ts";
import { readGateSources } from "../../src/cli/doctor/readGateSources.ts";
import { enrollCommand } from "../../src/cli/enroll/enrollCommand.ts";
import { explainCommand } from "../../src/cli/explain/explainCommand.ts";
import { initCommand } from "../../src/cli/init/initCommand.ts";
import { installCommand } from "../../src/cli/install/installCommand.ts";
import { keysCommand } from "../../src/cli/keys/keysCommand.ts";
import { newCommand } from "../../src/cli/new/newCommand.ts";
import { runProgram } from "../../src/cli/program.ts";
import { recordsCommand } from "../../src/cli/records/recordsCommand.ts";
import { renderCommand } from "../../src/cli/render/renderCommand.ts";
import { reviewCommand } from "../../src/cli/review/reviewCommand.ts";
import { rolloutCommand } from "../../src/cli/rollout/rolloutCommand.ts";
import { serveCommand } from "../../src/cli/serve/serveCommand.ts";
import { sidecarCommand } from "../../src/cli/sidecar/sidecarCommand.ts";
import { syncCommand } from "../../src/cli/sync/syncCommand.ts";
import { testCommand } from "../../src/cli/test/testCommand.ts";
import { uninstallCommand } from "../../src/cli/uninstall/uninstallCommand.ts";

/** Outputs and exit code of a run. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Surroundings of a run. Default: no input, no environment, no terminal. */
export interface Surroundings {
  readonly stdin?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  readonly isTTY?: boolean;
}

/** The commands of `postern`. */
export const ALL_COMMANDS = [
  devCommand,
  reviewCommand,
  testCommand,
  initCommand,
  newCommand,
  explainCommand,
  renderCommand,
  serveCommand,
  syncCommand,
  announceCommand,
  rolloutCommand,
  doctorCommand(readGateSources),
  recordsCommand,
  enrollCommand,
  keysCommand,
  sidecarCommand,
  installCommand,
  uninstallCommand,
  completionCommand,
];

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
      stdin: Object.assign(chunks(stdin), { isTTY }),
      env,
    },
    { version: "1.2.3" },
    ALL_COMMANDS,
  );
  return { code, out, err };
}

async function* chunks(input: string | Uint8Array): AsyncGenerator<string | Uint8Array> {
  yield input;
}
