import { inject } from "vitest";
import type { TestProject } from "vitest/node";
import { ClusterClient, type ClusterPlace } from "./ClusterClient.ts";
import { ClusterUnavailableError } from "./ClusterUnavailableError.ts";
import { controlPlaneProgram } from "./controlPlaneProgram.ts";
import { startCluster } from "./startCluster.ts";

declare module "vitest" {
  export interface ProvidedContext {
    cluster: ClusterPlace;
  }
}

/**
 * Vitest's global setup: one cluster for all suites that keep to namespaces of their own, with controllers, a scheduler
 * and kwok's nodes. Whoever registers a webhook in it selects the namespaces that are called for.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const cluster = await startCluster({ controllers: true }).catch((error: unknown): never => {
    if (!(error instanceof ClusterUnavailableError)) throw error;
    process.stderr.write(`test cluster: ${error.message}\n`);
    process.exit(1);
  });
  project.provide("cluster", cluster.place);
  return () => cluster.stop();
}

/** The shared cluster, from within a suite. Close it after use. */
export async function sharedCluster(): Promise<ClusterClient> {
  return new ClusterClient(inject("cluster"), await controlPlaneProgram(() => undefined));
}
