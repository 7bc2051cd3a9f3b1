import { afterAll, beforeAll, expect, it } from "vitest";
import { parse } from "yaml";
import { ON_POD_RUNNER, startPodRunner } from "../../cluster/startPodRunner.ts";
import { ContainerFolder } from "../../container/ContainerFolder.ts";
import { eventually } from "../../run/eventually.ts";
import { bundleSizes, MUTATING, SyncBed, VALIDATING } from "../sync/bed/SyncBed.ts";
import { outputOf, writeInstallConfig } from "./installed.ts";

const SYSTEM = ["-n", "postern-system"];
const CRON_JOB = "/apis/batch/v1/namespaces/postern-system/cronjobs/postern-sync";

let bed: SyncBed;
let container: ContainerFolder;
beforeAll(async () => {
  bed = await SyncBed.start({ controllers: true });
  container = await ContainerFolder.create();
  await startPodRunner(bed.cluster);
  await bed.register(bed.cas.old.root);
});
afterAll(async () => {
  await bed?.stop();
  await container?.remove();
});

it("the sync of postern install runs as a Job of its CronJob, and brings a registration in step", async () => {
  const { cluster, cas } = bed;
  const { selfTest, timeouts, soak, jitter } = parse(bed.configFiles({ roots: [] })["sync.yaml"] ?? "");
  const file = await writeInstallConfig(cluster, {
    cluster: "e2e",
    hosts: ["127.0.0.1:*"],
    trust: { certificates: `${cas.old.root}\n${cas.next.root}` },
    selfTest,
    sync: { timeouts, soak, jitter },
    images: { postern: "registry.example.com/postern:0.1.0" },
    // It never starts a run during the test.
    schedule: "0 0 1 1 *",
  });
  const apply = ["apply", "--server-side", "--force-conflicts", "-f", "-"];
  const applied = await cluster.kubectl(apply, await outputOf("install", "--config", file));
  expect({ code: applied.code, stderr: applied.stderr }).toEqual({ code: 0, stderr: "" });
  // A local process runs the script of the image.
  const { spec } = (await bed.live(CRON_JOB)).spec.jobTemplate;
  const run = { ...spec.template.spec.containers[0], image: "none", command: [process.execPath, container.file] };
  const template = { spec: { ...ON_POD_RUNNER, containers: [run] } };
  expect((await cluster.api.merge(CRON_JOB, { spec: { jobTemplate: { spec: { template } } } })).status).toBe(200);

  expect((await cluster.kubectl([...SYSTEM, "create", "job", "--from=cronjob/postern-sync", "now"])).stderr).toBe("");
  const pod = await eventually("the Job to end", async () => {
    const { body } = await cluster.api.get("/api/v1/namespaces/postern-system/pods", {
      query: { labelSelector: "batch.kubernetes.io/job-name=now" },
    });
    return ["Succeeded", "Failed"].includes(body.items[0]?.status?.phase) ? body.items[0] : undefined;
  });
  const { stdout } = await cluster.kubectl([...SYSTEM, "logs", pod.metadata.name]);
  expect({ phase: pod.status.phase, log: stdout }).toEqual({
    phase: "Succeeded",
    log: expect.stringMatching(/in step: nothing to write\n$/),
  });
  for (const path of [VALIDATING, MUTATING]) expect(bundleSizes(await bed.live(path))).toEqual([2]);
});
