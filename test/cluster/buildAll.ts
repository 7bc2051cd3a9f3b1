import { ClusterUnavailableError } from "./ClusterUnavailableError.ts";
import { certManagerBinary } from "./certManagerBinary.ts";
import { controlPlaneProgram } from "./controlPlaneProgram.ts";
import { toolBinary } from "./toolBinary.ts";

/** Builds all programs that the suites of the real control plane need, where they are not built yet: `npm run build:cluster`. */
async function buildAll(): Promise<void> {
  const progress = (line: string): void => void process.stderr.write(`test cluster: ${line}\n`);
  await controlPlaneProgram(progress);
  await certManagerBinary(progress);
  await toolBinary("caddy", progress);
}

await buildAll().catch((error: unknown) => {
  if (!(error instanceof ClusterUnavailableError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
