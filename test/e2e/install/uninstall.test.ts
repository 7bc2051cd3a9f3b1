import { afterAll, beforeAll, expect, it } from "vitest";
import type { Cluster } from "../../cluster/Cluster.ts";
import type { KubeObject } from "../../cluster/ClusterApi.ts";
import { applyCertManagerDefinitions } from "../../cluster/certmanager/applyCertManagerDefinitions.ts";
import { certManagerBinary } from "../../cluster/certmanager/certManagerBinary.ts";
import { startCluster } from "../../cluster/startCluster.ts";
import { eventually } from "../../run/eventually.ts";
import { apiPathOf } from "../api/apiPathOf.ts";
import type { GateServer } from "../edges/GateServer.ts";
import { startNodeGate } from "../edges/startNodeGate.ts";
import { renderText } from "../registration/renderGate.ts";
import { StartedResources } from "../run/StartedResources.ts";
import { installConfigs } from "./installConfigs.ts";
import { outputOf, writeInstallConfig } from "./installed.ts";

const GATE = new URL("../gates/syncConversions.ts", import.meta.url).pathname;
const GATEWAYS = "/apis/example.com/v2/namespaces/default/gateways";
const APPLY = ["apply", "--server-side", "--force-conflicts", "--field-manager=postern", "-f", "-"];

const started = new StartedResources();
let cluster: Cluster;
let server: GateServer;
let registrations: string;
let file: string;

const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
const crd = {
  metadata: { name: "gateways.example.com" },
  spec: {
    group: "example.com",
    scope: "Namespaced",
    names: { plural: "gateways", kind: "Gateway" },
    versions: ["v1", "v2"].map((name) => ({ name, served: true, storage: name === "v1", schema })),
  },
};

async function createPod(labels: object = {}): Promise<number> {
  const pod = { metadata: { name: "a", labels }, spec: { containers: [{ name: "a", image: "a:1" }] } };
  return (await cluster.api.create("/api/v1/namespaces/default/pods", pod, { query: { dryRun: "All" } })).status;
}

/** Applies what an installation has: its objects, a CustomResourceDefinition, and the registrations of a gate that runs. */
beforeAll(async () => {
  cluster = await started.add(startCluster({ controllers: true }), (it) => it.stop());
  await applyCertManagerDefinitions(cluster, await certManagerBinary(() => undefined));
  server = await started.add(startNodeGate(GATE), (it) => it.stop());
  const { tlsSidecar: _, ...config } = { tlsSidecar: {}, ...installConfigs("")["everything with a Deployment"] };
  file = await writeInstallConfig(cluster, {
    ...config,
    components: ["watch", "gate", "rollout"],
    address: undefined,
    crds: ["gateways.example.com"],
  });
  const applied = await cluster.kubectl(APPLY, await outputOf("install", "--config", file));
  expect({ code: applied.code, stderr: applied.stderr }).toEqual({ code: 0, stderr: "" });
  await cluster.api.create("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", crd);
  registrations = await renderText({ gate: GATE, url: server.url, ca: server.ca, sync: true }, "yaml");
  expect(await cluster.kubectl(APPLY, registrations)).toMatchObject({ code: 0 });
  await eventually("the gate to judge Pods", async () =>
    (await createPod({ "bad-label": "x" })) === 403 ? true : undefined,
  );
  await eventually("the gate to convert", async () => {
    const gateway = { apiVersion: "example.com/v2", kind: "Gateway", metadata: { name: "a" } };
    const { status } = await cluster.api.create(GATEWAYS, gateway);
    return status === 201 || status === 409 ? true : undefined;
  });
});

afterAll(() => started.stop());

it("after each step of postern uninstall, a Pod can be created and a converted object can be read; at the end, nothing is left", async () => {
  const objects: KubeObject[] = JSON.parse(await outputOf("install", "--output", "json", "--config", file)).items;
  const { steps } = JSON.parse(await outputOf("uninstall", "--output", "json", "--config", file));
  let isRunning = true;
  const created: number[] = [];
  const load = (async () => {
    while (isRunning) created.push(await createPod());
  })();
  const after: { step: string; pod: number; gateway: number }[] = [];
  for (const { name, commands } of steps) {
    for (const [program, ...args] of commands) {
      expect(program).toBe("kubectl");
      const { code, stderr } = await cluster.kubectl(args);
      expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: expect.any(String) });
    }
    // The Pods of the gate are processes of this test.
    if (name === "Servers") await server.stop();
    after.push({ step: name, pod: await createPod(), gateway: (await cluster.api.get(`${GATEWAYS}/a`)).status });
  }
  isRunning = false;
  await load;
  expect(created.length).toBeGreaterThan(steps.length);
  expect(created.filter((status) => status !== 201)).toEqual([]);
  expect(after).toEqual(
    [
      "Registrations",
      "Controllers",
      "Conversions",
      "Servers",
      "Access",
      "Policies",
      "Certificates and settings",
      "Namespaces",
    ].map((step) => ({ step, pod: 201, gateway: 200 })),
  );
  const left = [];
  for (const object of objects) {
    const { path } = apiPathOf(object);
    if ((await cluster.api.get(path)).status !== 404) left.push(path);
  }
  expect(left).toEqual([]);
  // With the registrations, and without the gate, no Pod can be created: they had to go first.
  expect(await cluster.kubectl(APPLY, registrations)).toMatchObject({ code: 0 });
  await eventually("a Pod to be refused", async () => ((await createPod()) === 500 ? true : undefined));
});
