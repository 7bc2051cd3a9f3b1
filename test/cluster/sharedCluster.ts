import { inject } from "vitest";
import type { TestProject } from "vitest/node";
import { containerBundle } from "../run/gateBundle.ts";
import { GoVerifier } from "../trust/GoVerifier.ts";
import { ClusterUnavailableError } from "./build/ClusterUnavailableError.ts";
import { controlPlaneProgram } from "./build/controlPlaneProgram.ts";
import { toolBinary } from "./build/toolBinary.ts";
import type { Cluster } from "./Cluster.ts";
import { ClusterClient, type ClusterPlace } from "./ClusterClient.ts";
import { certManagerBinary } from "./certmanager/certManagerBinary.ts";
import { startCluster } from "./startCluster.ts";
import { startNodes } from "./startNodes.ts";

declare module "vitest" {
  export interface ProvidedContext {
    cluster: ClusterPlace;
  }
}

/**
 * Vitest's global setup. Builds all programs before the first suite starts. Then it starts one cluster for all suites
 * that use only their own namespaces, with controllers, a scheduler and kwok nodes. A webhook in this cluster must
 * select namespaces with a namespaceSelector.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const progress = (line: string): void => void process.stderr.write(`test cluster: ${line}\n`);
  const cluster = await startBuilt(progress).catch((error: unknown): never => {
    if (!(error instanceof ClusterUnavailableError)) throw error;
    progress(error.message);
    process.exit(1);
  });
  try {
    await startNodes(cluster, ["crowd-1"]);
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  project.provide("cluster", cluster.place);
  return () => cluster.stop();
}

async function startBuilt(progress: (line: string) => void): Promise<Cluster> {
  // Sequentially, because each build uses all cores.
  await controlPlaneProgram(progress);
  await toolBinary("caddy", progress);
  await certManagerBinary(progress);
  await Promise.all([containerBundle(), GoVerifier.shared()]);
  return startCluster({ controllers: true, progress });
}

/** A client of the shared cluster, for a suite. The caller closes it. */
export async function sharedCluster(): Promise<ClusterClient> {
  return new ClusterClient(inject("cluster"), await controlPlaneProgram(() => undefined));
}
