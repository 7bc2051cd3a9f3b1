import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ON_POD_RUNNER, startPodRunner } from "../../cluster/startPodRunner.ts";
import { ContainerFolder } from "../../container/ContainerFolder.ts";
import { eventually } from "../../run/eventually.ts";
import { patience } from "../../run/speedFactor.ts";
import { kindOfCall } from "../api/ApiTap.ts";
import { AdmissionLoad } from "../load/AdmissionLoad.ts";
import { POSTERN } from "../registration/renderGate.ts";
import { bundleSizes, LEASE, MUTATING, SETTINGS, SyncBed, VALIDATING } from "./bed/SyncBed.ts";
import { configDuration } from "./bed/syncConfigFiles.ts";
import { TappedSync } from "./bed/TappedSync.ts";

const OVERLAY = fileURLToPath(new URL("../../fixtures/overlays/watch", import.meta.url));
const DEPLOYMENT = "/apis/apps/v1/namespaces/postern-system/deployments/postern-sync";
const PODS = "/api/v1/namespaces/postern-system/pods";

/** A run that takes longer than three intervals fails the liveness probe, and the kubelet restarts the container. */
const INTERVAL_MS = patience(2_000);

let bed: SyncBed;
let sync: TappedSync;
let container: ContainerFolder;

/** Uses the shipped component. A local process runs the script of the image. */
beforeAll(async () => {
  bed = await SyncBed.start({ controllers: true });
  sync = await TappedSync.start(bed);
  container = await ContainerFolder.create();
  await startPodRunner(bed.cluster);
});

afterAll(async () => {
  await sync?.stop();
  await bed?.stop();
  await container?.remove();
});

it("postern sync --watch in a Deployment is ready after a run, serves metrics and releases its Lease at the end", async () => {
  const { cluster, cas } = bed;
  await bed.register(cas.old.root);
  const config = bed.configFiles({ roots: [cas.old, cas.next], more: { interval: configDuration(INTERVAL_MS) } });
  const applied = await cluster.kubectl(["apply", "-k", OVERLAY]);
  expect({ code: applied.code, stderr: applied.stderr }).toEqual({ code: 0, stderr: "" });
  expect((await cluster.kubectl(["kustomize", OVERLAY])).stdout).not.toContain("kind: CronJob");
  expect((await cluster.api.merge(SETTINGS, { data: { ...config, hosts: "127.0.0.1:*\n" } })).status).toBe(200);
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

it("postern sync --watch stops between two steps on SIGTERM, releases its Lease, and the next run continues", async () => {
  await bed.register(bed.cas.old.root);
  const config = await bed.writeConfig({
    roots: [bed.cas.old, bed.cas.next],
    more: { jitter: "0s", timeouts: { lease: configDuration(patience(60_000)) } },
  });
  const files = ["--config", config, "--kubeconfig", sync.kubeconfig];
  const child = spawn(process.execPath, [POSTERN, "sync", "--watch", ...files], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  try {
    // The process gets the signal before the answer to its first write.
    sync.tap.plan = ({ method, path }) => {
      if (kindOfCall(method, path) === "PATCH mutatingwebhookconfigurations/postern") child.kill("SIGTERM");
      return undefined;
    };
    expect(await new Promise((resolve) => child.once("close", resolve)), output).toBe(0);
    expect(output).toMatch(/Z widen /m);
    expect(output).not.toMatch(/Z in step/m);
    expect([bundleSizes(await bed.live(MUTATING)), bundleSizes(await bed.live(VALIDATING))]).toEqual([[2], [1]]);
  } finally {
    child.kill("SIGKILL");
  }
  expect((await bed.live(LEASE)).spec.holderIdentity ?? "").toBe("");
  const next = await bed.run(config);
  expect(next).toMatchObject({ code: 0, stdout: expect.stringMatching(/in step: nothing to write\n$/) });
  for (const path of [VALIDATING, MUTATING]) expect(bundleSizes(await bed.live(path))).toEqual([2]);
});

it("postern sync reports the load from the metrics of the API server when it has the right to read them", async () => {
  const { cluster, cas } = bed;
  await bed.register(cas.old.root);
  const config = await bed.writeConfig({ roots: [cas.old], more: { load: "api-server" } });
  const file = join(dirname(config), "sync.prom");
  const refused = await bed.run(config, ["--metrics", file]);
  expect(refused).toMatchObject({ code: 0, stderr: expect.stringMatching(/^postern: load: .* \/metrics: 403$/m) });
  expect(await readFile(file, "utf8")).not.toMatch(/^postern_sync_risk(?:_in_flight)?\{/m);
  const subject = { kind: "ServiceAccount", name: "postern-sync", namespace: "postern-system" };
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "postern-sync-load" };
  const rules = [{ nonResourceURLs: ["/metrics"], verbs: ["get"] }];
  const metadata = { name: roleRef.name };
  const rbac = "/apis/rbac.authorization.k8s.io/v1";
  expect((await cluster.api.create(`${rbac}/clusterroles`, { metadata, rules })).status).toBe(201);
  const binding = { metadata, roleRef, subjects: [subject] };
  expect((await cluster.api.create(`${rbac}/clusterrolebindings`, binding)).status).toBe(201);
  const load = await AdmissionLoad.prepare(cluster.api);
  for (let count = 0; count < 20; count += 1) expect(await load.create()).toBe("judged");
  await eventually("the metrics to contain the load", async () => {
    await bed.run(config, ["--metrics", file]);
    const [, calls] = /^postern_sync_risk_in_flight\{[^}]*\} (\S+)$/m.exec(await readFile(file, "utf8")) ?? [];
    return Number(calls) > 0 ? true : undefined;
  });
  expect(await readFile(file, "utf8")).toMatch(/^postern_sync_risk\{[^}]*\} 0$/m);
});
