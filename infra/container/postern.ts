import manifest from "../../package.json" with { type: "json" };
import { addClusterCommands } from "../../src/cli/addClusterCommands.ts";
import { addDoctorCommand } from "../../src/cli/addDoctorCommand.ts";
import { addSidecarCommand } from "../../src/cli/addSidecarCommand.ts";
import { runProcess } from "../../src/cli/runProcess.ts";

await runProcess([addClusterCommands, addDoctorCommand(), addSidecarCommand], manifest.version);
