import { afterAll, beforeAll, expect, it } from "vitest";
import { ON_POD_RUNNER, startPodRunner } from "../../cluster/startPodRunner.ts";
import { ContainerFolder } from "../../container/ContainerFolder.ts";
import { eventually } from "../../run/eventually.ts";
import { bundleSizes, MUTATING, SETTINGS, SyncBed, VALIDATING } from "./bed/SyncBed.ts";

const SYSTEM = ["-n", "postern-system"];
const CRON_JOB = "/apis/batch/v1/namespaces/postern-system/cronjobs/postern-sync";

let bed: SyncBed;
let container: ContainerFolder;

/** Uses the shipped CronJob. A local process runs the script of the image. */
beforeAll(async () => {
  bed = await SyncBed.start({ controllers: true });
  container = await ContainerFolder.create();
  await startPodRunner(bed.cluster);
  await bed.register(bed.cas.old.root);
  const { spec } = (await bed.live(CRON_JOB)).spec.jobTemplate;
  const [shipped] = spec.template.spec.containers;
  const run = { ...shipped, image: "none", command: [process.execPath, container.file] };
  const template = { spec: { ...ON_POD_RUNNER, containers: [run] } };
  // This schedule never starts a run during the test.
  const { status, body } = await bed.cluster.api.merge(CRON_JOB, {
    spec: { schedule: "0 0 1 1 *", jobTemplate: { spec: { template } } },
  });
  if (status !== 200) throw new Error(body.message);
});

afterAll(async () => {
  await bed?.stop();
  await container?.remove();
});

/** Runs the CronJob once, as a Job. Resolves to the phase and the log of its Pod. */
async function runJob(name: string): Promise<{ phase: string; log: string }> {
  const job = await bed.cluster.kubectl([...SYSTEM, "create", "job", "--from=cronjob/postern-sync", name]);
  expect(job.stderr).toBe("");
  const pod = await eventually(`the Job ${name} to end`, async () => {
    const { body } = await bed.cluster.api.get("/api/v1/namespaces/postern-system/pods", {
      query: { labelSelector: `batch.kubernetes.io/job-name=${name}` },
    });
    const [found] = body.items;
    return ["Succeeded", "Failed"].includes(found?.status?.phase) ? found : undefined;
  });
  const { stdout } = await bed.cluster.kubectl([...SYSTEM, "logs", pod.metadata.name]);
  return { phase: pod.status.phase, log: stdout };
}

it("the shipped CronJob of the sync runs with its ServiceAccount and ends in step", async () => {
  const { cas, cluster } = bed;
  const data = { ...bed.configFiles({ roots: [cas.old, cas.next] }), hosts: "127.0.0.1:*\n" };
  expect((await cluster.api.merge(SETTINGS, { data })).status).toBe(200);
  const { phase, log } = await runJob("now");
  expect({ phase, log }).toEqual({ phase: "Succeeded", log: expect.stringMatching(/in step: nothing to write\n$/) });
  for (const path of [VALIDATING, MUTATING]) expect(bundleSizes(await bed.live(path))).toEqual([2]);
});

it("the shipped CronJob of the sync fails and names the missing member of the config", async () => {
  const { status } = await bed.cluster.api.merge(SETTINGS, { data: { "sync.yaml": "gate: postern\n" } });
  expect(status).toBe(200);
  const { phase, log } = await runJob("missing");
  expect({ phase, log }).toEqual({ phase: "Failed", log: expect.stringMatching(/^postern: \S+sync\.yaml: cluster: /) });
});
