#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { addClusterCommands } from "./addClusterCommands.ts";
import { addDoctorCommand } from "./addDoctorCommand.ts";
import { addGateCommands } from "./addGateCommands.ts";
import { addSidecarCommand } from "./addSidecarCommand.ts";
import { readGateSources } from "./readGateSources.ts";
import { runProcess } from "./runProcess.ts";

const { version }: { version: string } = JSON.parse(
  readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
);
await runProcess([addGateCommands, addClusterCommands, addDoctorCommand(readGateSources), addSidecarCommand], version);
