#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { addClusterCommands } from "./addClusterCommands.ts";
import { addGateCommands } from "./addGateCommands.ts";
import { addDoctorCommand } from "./doctor/addDoctorCommand.ts";
import { readGateSources } from "./doctor/readGateSources.ts";
import { addSidecarCommand } from "./sidecar/addSidecarCommand.ts";
import { runProcess } from "./terminal/runProcess.ts";

const { version }: { version: string } = JSON.parse(
  readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
);
await runProcess([addGateCommands, addClusterCommands, addDoctorCommand(readGateSources), addSidecarCommand], version);
