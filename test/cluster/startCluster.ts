import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Cluster } from "./Cluster.ts";
import { controlPlaneProgram } from "./controlPlaneProgram.ts";
import { startControlPlane } from "./startControlPlane.ts";
import { TestCa } from "./TestCa.ts";

/** What a cluster is to have, beyond etcd and the API server. */
export interface ClusterOptions {
  /** The controllers and the scheduler, so that Deployments and Jobs make Pods and Pods get nodes. Default false. */
  readonly controllers?: boolean;
  /** More flags for the API server. */
  readonly apiServerArgs?: readonly string[];
  /** Hears what takes long. Default: lines on stderr. */
  readonly progress?: (line: string) => void;
}

/**
 * Starts etcd and a kube-apiserver on free ports of loopback, with a clean data folder and a CA of its own, and waits
 * until it is ready. Throws ClusterUnavailableError where there is nothing to start.
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
