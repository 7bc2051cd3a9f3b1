import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { TestRun } from "./TestRun.ts";

/**
 * Imported by each benchmark and soak, before anything else: begins its run, so that nothing of it outlives the script,
 * and settles the machine's speed factor. It waits for the measurement without `await`, since other modules are evaluated
 * meanwhile where one awaits, and they have limits that follow from the factor.
 */
TestRun.start();
process.env.POSTERN_SPEED_FACTOR ??= execFileSync(
  process.execPath,
  [fileURLToPath(new URL("printSpeed.ts", import.meta.url))],
  { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] },
);
