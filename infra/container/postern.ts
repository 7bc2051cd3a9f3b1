import manifest from "../../package.json" with { type: "json" };
import { addClusterCommands } from "../../src/cli/addClusterCommands.ts";
import { runProcess } from "../../src/cli/runProcess.ts";

await runProcess([addClusterCommands], manifest.version);
