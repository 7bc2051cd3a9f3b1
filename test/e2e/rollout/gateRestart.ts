import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Cluster } from "../../cluster/Cluster.ts";
import { ON_POD_RUNNER } from "../../cluster/startPodRunner.ts";
import { TestCa } from "../../cluster/TestCa.ts";
import { TestNamespace } from "../../cluster/TestNamespace.ts";
import { eventually } from "../../run/eventually.ts";
import { gateBundle } from "../../run/gateBundle.ts";
import { patience } from "../../run/speedFactor.ts";
import { apiPathOf } from "../api/apiPathOf.ts";
import { applyAll } from "../registration/registerGate.ts";
import { renderGate } from "../registration/renderGate.ts";
import { inSeconds } from "../run/inSeconds.ts";
import { reserveServiceAddress } from "../run/reserveServiceAddress.ts";
import type { RolloutBed } from "./RolloutBed.ts";

const GATE = new URL("../gates/restart.ts", import.meta.url).pathname;
/** Number of concurrent requests. */
const CLIENTS = 8;
/** Minimum number of judged creates during the whole restart. */
const MIN_CREATES = 200;
const BAD = { labels: { "bad-label": "x" } };
const DRY = { query: { dryRun: "All" } };
/** Enough for the whole restart. */
const TIMEOUT_MS = patience(180_000);

/**
 * Registers a test of a gate in a Deployment with two Pods behind a Service. Each Pod is a process. The certificate is
 * in a Secret. Call it in a `describe`.
 */
export function gateRestart(bedOf: () => RolloutBed): void {
  let cluster: Cluster;
  let ns: TestNamespace;
  let gateNamespace: string;
  const registeredPaths: string[] = [];

  beforeAll(async () => {
    cluster = bedOf().cluster;
    const [home, called, address, ca, text] = await Promise.all([
      TestNamespace.create(cluster, "gate"),
      TestNamespace.create(cluster, "restart"),
      reserveServiceAddress(),
      TestCa.create("gate"),
      gateBundle("node", GATE),
    ]);
    [gateNamespace, ns] = [home.name, called];
    const { cert, key } = await ca.issue({ name: "gate", hosts: [address] });
    const bundle = join(cluster.place.folder, "restart.mjs");
    await writeFile(bundle, text);
    const base64 = (pem: string): string => Buffer.from(pem).toString("base64");
    await cluster.api.create(home.path("secrets"), {
      metadata: { name: "gate-tls" },
      data: { "tls.crt": base64(cert), "tls.key": base64(key) },
    });
    await cluster.api.create(home.path("services"), {
      metadata: { name: "gate" },
      spec: { clusterIP: address, selector: { app: "gate" }, ports: [{ port: 443, targetPort: 8443 }] },
    });
    const { status, body } = await cluster.api.create(home.path("apps/v1", "deployments"), deployment(bundle));
    if (status !== 201) throw new Error(body.message);
    await waitForRollout();
    const objects = await renderGate({ gate: GATE, url: `https://${address}`, ca: ca.cert });
    for (const object of objects)
      if (object.kind.endsWith("WebhookConfiguration")) registeredPaths.push(apiPathOf(object).path);
    await applyAll(cluster, objects);
    await eventually("the gate to be called", async () => {
      const denied = await ns.createPod("probe", BAD, DRY);
      const changed = await ns.createPod("probe", {}, DRY);
      return denied.status === 403 && changed.body.metadata?.labels?.["example.com/checked"] === "yes"
        ? true
        : undefined;
    });
  });

  afterAll(async () => {
    for (const path of registeredPaths) await cluster.api.delete(path);
    await cluster?.api.delete(`/apis/apps/v1/namespaces/${gateNamespace}/deployments/gate`);
  });

  async function waitForRollout(): Promise<void> {
    const limit = `--timeout=${inSeconds(patience(50_000))}s`;
    const args = ["-n", gateNamespace, "rollout", "status", "deployment/gate", limit];
    const { code, stderr } = await cluster.kubectl(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  }

  async function podNames(): Promise<string[]> {
    const { body } = await cluster.api.get(`/api/v1/namespaces/${gateNamespace}/pods`);
    return body.items.map(({ metadata }: { metadata: { name: string } }) => metadata.name);
  }

  it("restarts under load: no admission fails and no request passes unjudged", {
    timeout: TIMEOUT_MS,
  }, async () => {
    let isRunning = true;
    const wrongAnswers: string[] = [];
    let createCount = 0;
    const client = async (id: number): Promise<void> => {
      for (let count = 0; isRunning; count += 1) {
        const isBad = count % 2 === 0;
        const { status, body } = await ns.createPod(`load-${id}`, isBad ? BAD : {}, DRY);
        createCount += 1;
        if (status !== (isBad ? 403 : 201)) wrongAnswers.push(`${status} ${body.message}`);
      }
    };
    const clients = Promise.all(Array.from({ length: CLIENTS }, (_, id) => client(id)));
    try {
      const before = await podNames();
      await cluster.kubectl(["-n", gateNamespace, "rollout", "restart", "deployment/gate"]);
      await waitForRollout();
      await eventually("the old Pods to be gone", async () => {
        const names = await podNames();
        return names.length === 2 && !names.some((name) => before.includes(name)) ? true : undefined;
      });
      await eventually(`${MIN_CREATES} creates to be answered`, () => (createCount > MIN_CREATES ? true : undefined));
    } finally {
      isRunning = false;
      await clients;
    }
    expect(wrongAnswers).toEqual([]);
  });
}

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
          terminationGracePeriodSeconds: inSeconds(patience(45_000)),
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
              readinessProbe: {
                httpGet: { scheme: "HTTPS", port: 8443, path: "/readyz" },
                periodSeconds: 1,
                timeoutSeconds: inSeconds(patience(2_000)),
              },
              volumeMounts: [{ name: "tls", mountPath: "/etc/tls" }],
            },
          ],
          volumes: [{ name: "tls", secret: { secretName: "gate-tls" } }],
        },
      },
    },
  };
}
