import { afterAll, beforeAll, describe } from "vitest";
import type { Cluster } from "../../cluster/Cluster.ts";
import { applyCertManagerDefinitions } from "../../cluster/certmanager/applyCertManagerDefinitions.ts";
import { certManagerBinary } from "../../cluster/certmanager/certManagerBinary.ts";
import { startCluster } from "../../cluster/startCluster.ts";
import { kustomizeBase } from "./kustomizeBase.ts";
import { kustomizeGate } from "./kustomizeGate.ts";
import { kustomizePinnedImages } from "./kustomizePinnedImages.ts";
import { kustomizeRollout } from "./kustomizeRollout.ts";

/** One cluster for all overlays. They are applied one after the other, as when a user changes an overlay. */
let cluster: Cluster;
const clusterOf = (): Cluster => cluster;

/** Applies only the definitions of cert-manager. No certificate is issued. */
beforeAll(async () => {
  cluster = await startCluster();
  await applyCertManagerDefinitions(cluster, await certManagerBinary(() => undefined));
});

afterAll(() => cluster?.stop());

describe("the kustomize base", () => kustomizeBase(clusterOf));

describe("the kustomize component gate", () => kustomizeGate(clusterOf));

describe("the kustomize component rollout", () => kustomizeRollout(clusterOf));

describe("the kustomize component pinned-images", () => kustomizePinnedImages(clusterOf));
