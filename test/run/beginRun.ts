import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { TestRun } from "./processes/TestRun.ts";

/**
 * The first import of each benchmark and soak. It starts a {@link TestRun}, so that no process outlives the script, and
 * sets the speed factor. The measurement is synchronous: during an `await`, Node evaluates other modules, and their
 * limits depend on the factor.
 */
TestRun.start();
process.env.POSTERN_SPEED_FACTOR ??= execFileSync(
  process.execPath,
  [fileURLToPath(new URL("printSpeed.ts", import.meta.url))],
  { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] },
);
