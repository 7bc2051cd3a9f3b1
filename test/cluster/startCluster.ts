import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { controlPlaneProgram } from "./build/controlPlaneProgram.ts";
import { Cluster } from "./Cluster.ts";
import { startControlPlane } from "./startControlPlane.ts";
import { TestCa } from "./TestCa.ts";

/** Options of {@link startCluster}. */
export interface ClusterOptions {
  /** Whether to start the controllers and the scheduler. Default: no. */
  readonly controllers?: boolean;
  /** Additional flags of the API server. */
  readonly apiServerArgs?: readonly string[];
  /** Called with progress messages. Default: prints them to stderr. */
  readonly progress?: (line: string) => void;
}

/**
 * Starts etcd and a kube-apiserver on free loopback ports, with an empty data folder and a new CA. Resolves when the
 * API server is ready. Throws ClusterUnavailableError when the binaries are missing and cannot be built.
 */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const progress = options.progress ?? ((line) => process.stderr.write(`test cluster: ${line}\n`));
  const program = await controlPlaneProgram(progress);
  const folder = await mkdtemp(join(tmpdir(), "postern-cluster-"));
  await mkdir(join(folder, "logs"));
  try {
    const ca = await TestCa.create("test cluster");
    const { place, services } = await startControlPlane(program, folder, ca, options);
    return new Cluster(place, program, ca, services);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}
