import manifest from "../../package.json" with { type: "json" };
import { announceCommand } from "../../src/cli/announce/announceCommand.ts";
import { doctorCommand } from "../../src/cli/doctor/doctorCommand.ts";
import { rolloutCommand } from "../../src/cli/rollout/rolloutCommand.ts";
import { sidecarCommand } from "../../src/cli/sidecar/sidecarCommand.ts";
import { syncCommand } from "../../src/cli/sync/syncCommand.ts";
import { runProcess } from "../../src/cli/terminal/runProcess.ts";

// The commands that run in a cluster. None of them loads the sources of a gate.
await runProcess([syncCommand, announceCommand, rolloutCommand, doctorCommand(), sidecarCommand], manifest.version);
