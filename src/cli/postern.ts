#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { announceCommand } from "./announce/announceCommand.ts";
import { devCommand } from "./dev/devCommand.ts";
import { doctorCommand } from "./doctor/doctorCommand.ts";
import { readGateSources } from "./doctor/readGateSources.ts";
import { renderCommand } from "./render/renderCommand.ts";
import { reviewCommand } from "./review/reviewCommand.ts";
import { rolloutCommand } from "./rollout/rolloutCommand.ts";
import { serveCommand } from "./serve/serveCommand.ts";
import { sidecarCommand } from "./sidecar/sidecarCommand.ts";
import { syncCommand } from "./sync/syncCommand.ts";
import { runProcess } from "./terminal/runProcess.ts";

const { version }: { version: string } = JSON.parse(
  readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
);
await runProcess(
  [
    devCommand,
    reviewCommand,
    renderCommand,
    serveCommand,
    syncCommand,
    announceCommand,
    rolloutCommand,
    doctorCommand(readGateSources),
    sidecarCommand,
  ],
  version,
);
