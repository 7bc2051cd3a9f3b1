import { certManagerBinary } from "../certmanager/certManagerBinary.ts";
import { ClusterUnavailableError } from "./ClusterUnavailableError.ts";
import { controlPlaneProgram } from "./controlPlaneProgram.ts";
import { helmBinary } from "./helmBinary.ts";
import { toolBinary } from "./toolBinary.ts";

/** `npm run build:cluster`: builds the programs that the cluster tests need, unless they are built already. */
async function buildAll(): Promise<void> {
  const progress = (line: string): void => void process.stderr.write(`test cluster: ${line}\n`);
  await controlPlaneProgram(progress);
  await certManagerBinary(progress);
  await toolBinary("caddy", progress);
  await helmBinary(progress);
}

await buildAll().catch((error: unknown) => {
  if (!(error instanceof ClusterUnavailableError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
