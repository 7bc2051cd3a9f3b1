import { afterAll, beforeAll, describe } from "vitest";
import { applyCertManagerDefinitions } from "../cluster/applyCertManagerDefinitions.ts";
import type { Cluster } from "../cluster/Cluster.ts";
import { certManagerBinary } from "../cluster/certManagerBinary.ts";
import { startCluster } from "../cluster/startCluster.ts";
import { kustomizeBase } from "./kustomizeBase.ts";
import { kustomizeGate } from "./kustomizeGate.ts";
import { kustomizeRollout } from "./kustomizeRollout.ts";

/** One cluster for all overlays, one after the other, as whoever changes an overlay applies it. */
let cluster: Cluster;
const clusterOf = (): Cluster => cluster;

/** Cert-manager itself does not run: nothing is asked of any CA. */
beforeAll(async () => {
  cluster = await startCluster();
  await applyCertManagerDefinitions(cluster, await certManagerBinary(() => undefined));
});

afterAll(() => cluster?.stop());

describe("the base", () => kustomizeBase(clusterOf));

describe("the base with the gate", () => kustomizeGate(clusterOf));

describe("the base with the controller", () => kustomizeRollout(clusterOf));
