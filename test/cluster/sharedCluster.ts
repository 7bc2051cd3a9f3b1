import { inject } from "vitest";
import type { TestProject } from "vitest/node";
import { containerBundle } from "../run/gateBundle.ts";
import { GoVerifier } from "../trust/GoVerifier.ts";
import type { Cluster } from "./Cluster.ts";
import { ClusterClient, type ClusterPlace } from "./ClusterClient.ts";
import { ClusterUnavailableError } from "./ClusterUnavailableError.ts";
import { certManagerBinary } from "./certManagerBinary.ts";
import { controlPlaneProgram } from "./controlPlaneProgram.ts";
import { startCluster } from "./startCluster.ts";
import { startNodes } from "./startNodes.ts";
import { toolBinary } from "./toolBinary.ts";

declare module "vitest" {
  export interface ProvidedContext {
    cluster: ClusterPlace;
  }
}

/**
 * Vitest's global setup: builds what the suites start, before any of them begins, and starts one cluster for all suites
 * that keep to namespaces of their own, with controllers, a scheduler and kwok's nodes. Whoever registers a webhook in it
 * selects the namespaces that are called for.
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
  // One after the other: each build takes all cores.
  await controlPlaneProgram(progress);
  await toolBinary("caddy", progress);
  await certManagerBinary(progress);
  await Promise.all([containerBundle(), GoVerifier.shared()]);
  return startCluster({ controllers: true, progress });
}

/** The shared cluster, from within a suite. Close it after use. */
export async function sharedCluster(): Promise<ClusterClient> {
  return new ClusterClient(inject("cluster"), await controlPlaneProgram(() => undefined));
}
