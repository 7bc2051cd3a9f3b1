import { afterAll, beforeAll, expect, it } from "vitest";
import type { ClusterClient } from "../../cluster/ClusterClient.ts";
import { sharedCluster } from "../../cluster/sharedCluster.ts";
import { eventually } from "../../run/eventually.ts";
import { startNodeGate } from "../edges/startNodeGate.ts";
import { type RegisteredGate, registerGate } from "../registration/registerGate.ts";
import { StartedResources } from "../run/StartedResources.ts";

const GATE = new URL("../gates/exceptions.ts", import.meta.url).pathname;
const PODS = "/api/v1/namespaces/default/pods";
const DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";

const spec = { containers: [{ name: "agent", image: "agent:1", securityContext: { privileged: true } }] };
const pod = (metadata: object) => ({ apiVersion: "v1", kind: "Pod", metadata, spec });
const deployment = (name: string) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec },
  },
});

const started = new StartedResources();
let cluster: ClusterClient;
let registered: RegisteredGate;
beforeAll(async () => {
  cluster = await started.add(sharedCluster(), (it) => it.close());
  const server = await started.add(startNodeGate(GATE), (it) => it.stop());
  const isCalled = async (): Promise<boolean> =>
    (await cluster.api.create(PODS, pod({ name: "probe" }), { query: { dryRun: "All" } })).status === 403;
  registered = await registerGate({ cluster, gate: GATE, server, isCalled });
});
afterAll(async () => {
  await registered?.unregister();
  await cluster?.api.delete(`${DEPLOYMENTS}/excepted`);
  await started.stop();
});

it("an excepted Deployment gets its Pods through the real controllers", async () => {
  expect(await cluster.api.create(DEPLOYMENTS, deployment("excepted"))).toMatchObject({ status: 201 });
  await eventually("the Pod of the excepted Deployment", async () => {
    const { body } = await cluster.api.get(`${PODS}?labelSelector=app%3Dexcepted`);
    return Array.isArray(body.items) && body.items.length > 0 ? true : undefined;
  });
});

it.each<[what: string, path: string, object: object]>([
  ["a Deployment whose exception has ended", DEPLOYMENTS, deployment("ended")],
  ["a Deployment of another name", DEPLOYMENTS, deployment("other")],
  ["a Pod with a generated name that fits", PODS, pod({ generateName: "excepted-" })],
  [
    "a Pod that claims an excepted owner",
    PODS,
    pod({
      name: "other",
      ownerReferences: [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: "excepted-1", uid: "1", controller: true }],
    }),
  ],
])("%s is denied", async (_what, path, object) => {
  const { status, body } = await cluster.api.create(path, object as never, { query: { dryRun: "All" } });
  expect({ status, message: body.message }).toEqual({
    status: 403,
    message: expect.stringContaining("disallow-privileged: "),
  });
});
