#!/usr/bin/env node
import { nodeFault } from "./nodeFault.ts";

const fault = nodeFault(process.versions.node);
if (fault === undefined) {
  // Not imported above: an old Node cannot load all of it.
  const { runPostern } = await import("./runPostern.ts");
  await runPostern();
} else {
  process.stderr.write(`${fault}\n`);
  process.exitCode = 2;
}
