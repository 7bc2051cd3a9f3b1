#!/usr/bin/env node
import { nodeFault } from "./nodeFault.ts";

const fault = nodeFault(process.versions.node);
if (fault === undefined && process.argv.slice(2).join(" ") === "--version") {
  // Without the commands, whose modules take longer to load than Node itself.
  const { readVersion } = await import("./readVersion.ts");
  process.stdout.on("error", () => undefined).write(`${readVersion()}\n`);
} else if (fault === undefined) {
  // Not imported above: an old Node cannot load all of it.
  const { runPostern } = await import("./runPostern.ts");
  await runPostern();
} else {
  process.stderr.write(`${fault}\n`);
  process.exitCode = 2;
}
