import manifest from "../../package.json" with { type: "json" };
import { addClusterCommands } from "../../src/cli/addClusterCommands.ts";
import { addDoctorCommand } from "../../src/cli/doctor/addDoctorCommand.ts";
import { addSidecarCommand } from "../../src/cli/sidecar/addSidecarCommand.ts";
import { runProcess } from "../../src/cli/terminal/runProcess.ts";

await runProcess([addClusterCommands, addDoctorCommand(), addSidecarCommand], manifest.version);
