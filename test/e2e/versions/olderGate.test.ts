import { spawn } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { KubeObject } from "../../cluster/ClusterApi.ts";
import { eventually } from "../../run/eventually.ts";
import { EarlierVersion } from "../../versions/EarlierVersion.ts";
import type { EdgeCa } from "../edges/SwitchingEdge.ts";
import { POSTERN } from "../registration/renderGate.ts";
import { bundleSizes, MUTATING, resultOf, SyncBed, VALIDATING } from "../sync/bed/SyncBed.ts";
import { earlierEdges } from "./earlierEdges.ts";

const earlier = EarlierVersion.last();
/** The fingerprints of the roots that the registrations were handed over with. */
const ROOTS = "postern.dev/roots";
const IN_STEP = { code: 0, stdout: "in step: nothing to write\n", stderr: "" };
let bed: SyncBed<EdgeCa>;
let config: string;

/** The registrations that the version before rendered, at the edge of the bed. */
function registrations(): KubeObject[] {
  const text = earlier.text("registrations.json").replaceAll("https://gate.example.com", bed.edge.url);
  const items: KubeObject[] = JSON.parse(text).items;
  const caBundle = Buffer.from(bed.cas.old.root).toString("base64");
  const root = new X509Certificate(bed.cas.old.root).fingerprint256.replaceAll(":", "").toLowerCase();
  for (const { metadata, webhooks = [] } of items) {
    for (const webhook of webhooks) webhook.clientConfig.caBundle = caBundle;
    if (metadata.annotations?.[ROOTS] !== undefined) metadata.annotations[ROOTS] = root;
  }
  return items;
}

beforeAll(async () => {
  bed = await SyncBed.startWith(await earlierEdges(earlier));
  config = await bed.writeConfig({ roots: [bed.cas.old, bed.cas.next] });
  await bed.replaceRegistrations(registrations());
});
afterAll(async () => {
  await bed?.stop();
  earlier.remove();
});

/** The answer of the API server to a Pod with the forbidden label, as a dry run. */
async function podStatus(): Promise<number> {
  const spec = { containers: [{ name: "app", image: "registry.example.com/app:1" }] };
  const pod = { metadata: { name: "bad", labels: { "bad-label": "x" } }, spec };
  return (await bed.cluster.api.create("/api/v1/namespaces/default/pods", pod, { query: { dryRun: "All" } })).status;
}

const denied = (): Promise<true> =>
  eventually("the API server to call the gate", async () => ((await podStatus()) === 403 ? true : undefined));

it("this sync keeps the registrations of the version before in step with its gate through a change of the CA", async () => {
  await denied();
  const first = await bed.run(config);
  expect(first).toMatchObject({ code: 0, stdout: expect.stringContaining("widen  ValidatingWebhook"), stderr: "" });
  for (const path of [VALIDATING, MUTATING]) expect(bundleSizes(await bed.live(path))).toEqual([2]);
  expect(await bed.run(config)).toMatchObject(IN_STEP);
  await bed.edge.switchTo(bed.cas.next);
  bed.edge.dropConnections();
  await denied();
  expect(await bed.run(config)).toMatchObject({ code: 0, stderr: "" });
});

it("postern doctor says that the gate and each registration are behind, and finds no fault", async () => {
  const args = ["doctor", "--config", config, "--kubeconfig", bed.cluster.kubeconfig, "--output", "json"];
  const { code, stdout } = await resultOf(spawn(process.execPath, [POSTERN, ...args]));
  const { findings } = JSON.parse(stdout);
  const behind = findings.filter((it: KubeObject) => it.code === "version-behind");
  expect(behind.map((it: KubeObject) => `${it.severity} ${it.about}`).sort()).toEqual([
    "info MutatingWebhookConfiguration/postern",
    "info ValidatingWebhookConfiguration/postern",
    "info ValidatingWebhookConfiguration/postern.canary",
    "info gate postern",
  ]);
  expect([code, findings.filter((it: KubeObject) => it.severity === "error")]).toEqual([expect.any(Number), []]);
});
