import { announceCommand } from "./announce/announceCommand.ts";
import { completionCommand } from "./completion/completionCommand.ts";
import { devCommand } from "./dev/devCommand.ts";
import { doctorCommand } from "./doctor/doctorCommand.ts";
import { enrollCommand } from "./enroll/enrollCommand.ts";
import { explainCommand } from "./explain/explainCommand.ts";
import { initCommand } from "./init/initCommand.ts";
import { installCommand } from "./install/installCommand.ts";
import { keysCommand } from "./keys/keysCommand.ts";
import { newCommand } from "./new/newCommand.ts";
import { readVersion } from "./readVersion.ts";
import { recordsCommand } from "./records/recordsCommand.ts";
import { renderCommand } from "./render/renderCommand.ts";
import { reviewCommand } from "./review/reviewCommand.ts";
import { rolloutCommand } from "./rollout/rolloutCommand.ts";
import { serveCommand } from "./serve/serveCommand.ts";
import { sidecarCommand } from "./sidecar/sidecarCommand.ts";
import { syncCommand } from "./sync/syncCommand.ts";
import { runProcess } from "./terminal/runProcess.ts";
import { testCommand } from "./test/testCommand.ts";
import { uninstallCommand } from "./uninstall/uninstallCommand.ts";

/** Runs this process as `postern` with all of its commands, and exits. */
export async function runPostern(): Promise<never> {
  return runProcess(
    [
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
      doctorCommand(async (file) => (await import("./doctor/readGateSources.ts")).readGateSources(file)),
      recordsCommand,
      enrollCommand,
      keysCommand,
      sidecarCommand,
      installCommand,
      uninstallCommand,
      completionCommand,
    ],
    readVersion(),
  );
}
