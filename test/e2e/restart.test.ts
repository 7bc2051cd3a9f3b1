import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { bundleFunction } from "../../infra/bundleFunction.ts";
import type { Cluster } from "../cluster/Cluster.ts";
import { eventually } from "../cluster/eventually.ts";
import { startCluster } from "../cluster/startCluster.ts";
import { ON_POD_RUNNER, startPodRunner } from "../cluster/startPodRunner.ts";
import { TestCa } from "../cluster/TestCa.ts";
import { TestNamespace } from "../cluster/TestNamespace.ts";
import { applyAll } from "./registerGate.ts";
import { renderGate } from "./renderGate.ts";

const GATE = new URL("gates/restart.ts", import.meta.url).pathname;
const SERVICE_IP = "127.96.0.90";
/** How many requests are under way at any time. */
const CLIENTS = 8;
const BAD = { labels: { "bad-label": "x" } };
const DRY = { query: { dryRun: "All" } };

let cluster: Cluster;
let ns: TestNamespace;

/** The gate as a Deployment of two Pods behind a Service, each a process of its own, with its certificate in a Secret. */
beforeAll(async () => {
  cluster = await startCluster({ controllers: true });
  await startPodRunner(cluster);
  const home = await TestNamespace.create(cluster, "gate");
  ns = await TestNamespace.create(cluster, "restart");
  const ca = await TestCa.create("gate");
  const { cert, key } = await ca.issue({ name: "gate", hosts: [SERVICE_IP] });
  const bundle = join(cluster.place.folder, "node.mjs");
  await writeFile(bundle, (await bundleFunction("node", GATE)).text);
  const base64 = (text: string): string => Buffer.from(text).toString("base64");
  await cluster.api.create(home.path("secrets"), {
    metadata: { name: "gate-tls" },
    data: { "tls.crt": base64(cert), "tls.key": base64(key) },
  });
  await cluster.api.create(home.path("services"), {
    metadata: { name: "gate" },
    spec: { clusterIP: SERVICE_IP, selector: { app: "gate" }, ports: [{ port: 443, targetPort: 8443 }] },
  });
  const { status, body } = await cluster.api.create(home.path("apps/v1", "deployments"), deployment(bundle));
  if (status !== 201) throw new Error(body.message);
  await rolledOut(home.name);
  await applyAll(cluster, await renderGate({ gate: GATE, url: `https://${SERVICE_IP}`, ca: ca.cert }));
  await eventually("the gate to be called", async () => {
    const refused = await ns.createPod("probe", BAD, DRY);
    const changed = await ns.createPod("probe", {}, DRY);
    return refused.status === 403 && changed.body.metadata?.labels?.["example.com/checked"] === "yes"
      ? true
      : undefined;
  });
  gateNamespace = home.name;
});

let gateNamespace: string;

afterAll(() => cluster?.stop());

function deployment(bundle: string): object {
  const labels = { app: "gate" };
  return {
    metadata: { name: "gate" },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      template: {
        metadata: { labels },
        spec: {
          ...ON_POD_RUNNER,
          terminationGracePeriodSeconds: 45,
          containers: [
            {
              name: "gate",
              image: "none",
              command: [process.execPath, bundle],
              env: [
                { name: "POSTERN_PORT", value: "8443" },
                { name: "POSTERN_HOST", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
                { name: "POSTERN_CERT", value: "/etc/tls/tls.crt" },
                { name: "POSTERN_KEY", value: "/etc/tls/tls.key" },
              ],
              readinessProbe: { httpGet: { scheme: "HTTPS", port: 8443, path: "/readyz" }, periodSeconds: 1 },
              volumeMounts: [{ name: "tls", mountPath: "/etc/tls" }],
            },
          ],
          volumes: [{ name: "tls", secret: { secretName: "gate-tls" } }],
        },
      },
    },
  };
}

async function rolledOut(namespace: string): Promise<void> {
  const { code, stderr } = await cluster.kubectl([
    "-n",
    namespace,
    "rollout",
    "status",
    "deployment/gate",
    "--timeout=60s",
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
}

it("a rollout of the gate under load fails no admission, and lets nothing pass unjudged", async () => {
  let isLoaded = true;
  const wrong: string[] = [];
  let judged = 0;
  const client = async (id: number): Promise<void> => {
    for (let count = 0; isLoaded; count += 1) {
      const isBad = count % 2 === 0;
      const { status, body } = await ns.createPod(`load-${id}`, isBad ? BAD : {}, DRY);
      judged += 1;
      if (status !== (isBad ? 403 : 201)) wrong.push(`${status} ${body.message}`);
    }
  };
  const clients = Promise.all(Array.from({ length: CLIENTS }, (_, id) => client(id)));
  const before = await podNames();
  await cluster.kubectl(["-n", gateNamespace, "rollout", "restart", "deployment/gate"]);
  await rolledOut(gateNamespace);
  await eventually("the old Pods to be gone", async () => {
    const names = await podNames();
    return names.length === 2 && !names.some((name) => before.includes(name)) ? true : undefined;
  });
  isLoaded = false;
  await clients;
  expect(wrong).toEqual([]);
  expect(judged).toBeGreaterThan(200);
});

async function podNames(): Promise<string[]> {
  const { body } = await cluster.api.get(`/api/v1/namespaces/${gateNamespace}/pods`);
  return body.items.map(({ metadata }: { metadata: { name: string } }) => metadata.name);
}
