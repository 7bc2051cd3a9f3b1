import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { eventually } from "../cluster/eventually.ts";
import { ON_POD_RUNNER, startPodRunner } from "../cluster/startPodRunner.ts";
import { ContainerFolder } from "../container/ContainerFolder.ts";
import { bundleSizes, MUTATING, SETTINGS, SyncBed, VALIDATING } from "./SyncBed.ts";

const OVERLAY = fileURLToPath(new URL("../fixtures/overlays/watch", import.meta.url));
const DEPLOYMENT = "/apis/apps/v1/namespaces/postern-system/deployments/postern-sync";
const PODS = "/api/v1/namespaces/postern-system/pods";
const LEASE = "/apis/coordination.k8s.io/v1/namespaces/postern-system/leases/postern-sync";

let bed: SyncBed;
let container: ContainerFolder;

/** The component as it is shipped, but for its image: the one file that is in it is run as a local process. */
beforeAll(async () => {
  [bed, container] = await Promise.all([SyncBed.start({ controllers: true }), ContainerFolder.create()]);
  await startPodRunner(bed.cluster);
  await bed.register(bed.cas.old.root);
});

afterAll(async () => {
  await bed?.stop();
  await container?.remove();
});

it("runs as a Deployment: ready when a run has ended, with metrics at its port, and gives its Lease back at the end", async () => {
  const { cluster, cas } = bed;
  const config = bed.configFiles({ roots: [cas.old, cas.next], more: { interval: "1s" } });
  const applied = await cluster.kubectl(["apply", "-k", OVERLAY]);
  expect({ code: applied.code, stderr: applied.stderr }).toEqual({ code: 0, stderr: "" });
  expect((await cluster.kubectl(["kustomize", OVERLAY])).stdout).not.toContain("kind: CronJob");
  expect((await cluster.api.merge(SETTINGS, { data: { ...config, hosts: "127.0.0.1\n" } })).status).toBe(200);
  const { spec } = await bed.live(DEPLOYMENT);
  const [shipped] = spec.template.spec.containers;
  const run = { ...shipped, image: "none", command: [process.execPath, container.file] };
  const template = { spec: { ...ON_POD_RUNNER, containers: [run] } };
  expect((await cluster.api.merge(DEPLOYMENT, { spec: { replicas: 1, template } })).status).toBe(200);

  const pod = await eventually("the sync to be ready", async () => {
    const { readyReplicas } = (await bed.live(DEPLOYMENT)).status;
    const { items } = await bed.live(PODS);
    return readyReplicas === 1 ? items[0] : undefined;
  });
  for (const path of [VALIDATING, MUTATING]) expect(bundleSizes(await bed.live(path))).toEqual([2]);
  const metrics = await (await fetch(`http://${pod.status.podIP}:9464/metrics`)).text();
  expect(metrics).toContain('postern_sync_in_step{gate="postern",cluster="e2e"} 1\n');
  expect(metrics).toMatch(/^postern_sync_steps_total\{step="widen",.*\} 2$/m);

  expect((await cluster.api.merge(DEPLOYMENT, { spec: { replicas: 0 } })).status).toBe(200);
  await eventually("the Pod to be gone", async () => ((await bed.live(PODS)).items.length === 0 ? true : undefined));
  expect((await bed.live(LEASE)).spec.holderIdentity).toBe("");
});
