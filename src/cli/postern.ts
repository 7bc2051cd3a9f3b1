#!/usr/bin/env node
import { nodeFault } from "./nodeFault.ts";
import { endAtSignals } from "./terminal/endAtSignals.ts";

const fault = nodeFault(process.versions.node);
// Its modules are loaded for about a second, and a signal that early is no failure.
if (process.argv[2] === "dev") {
  // runProcess replaces the function.
  const write = process.stdout.write.bind(process.stdout);
  endAtSignals(["SIGINT", "SIGTERM", "SIGHUP"], process, () => write("stopped\n"));
}
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
