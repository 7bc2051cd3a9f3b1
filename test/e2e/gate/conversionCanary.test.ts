import { afterAll, beforeAll, expect, it } from "vitest";
import type { ApiAnswer } from "../../cluster/ClusterApi.ts";
import type { ClusterClient } from "../../cluster/ClusterClient.ts";
import { sharedCluster } from "../../cluster/sharedCluster.ts";
import { eventually } from "../../run/eventually.ts";
import { apiPathOf } from "../api/apiPathOf.ts";
import type { GateServer } from "../edges/GateServer.ts";
import { startWorkersEdge } from "../edges/startWorkersEdge.ts";
import { applyAll } from "../registration/registerGate.ts";
import { renderGate } from "../registration/renderGate.ts";

const GATE = new URL("../gates/conversions.ts", import.meta.url).pathname;

let cluster: ClusterClient;
let server: GateServer;
let group = "";
let canary = "";

beforeAll(async () => {
  cluster = await sharedCluster();
  server = await startWorkersEdge(GATE);
  const objects = await renderGate({ gate: GATE, url: server.url, ca: server.ca });
  const [own] = objects.filter(({ kind, spec }) => kind === "CustomResourceDefinition" && spec.group !== undefined);
  if (own === undefined) throw new Error("no canary for conversions is rendered");
  group = own.spec.group;
  canary = apiPathOf(own).path;
  await applyAll(cluster, [...objects.filter(({ kind }) => kind === "Namespace"), own]);
  await eventually("the canary to be served", async () => ((await create("v2")).status === 404 ? undefined : true));
});

afterAll(async () => {
  await cluster?.api.delete(canary);
  await server?.stop();
  cluster?.close();
});

function create(version: string, more: object = { query: { dryRun: "All" } }): Promise<ApiAnswer> {
  const annotations = { "postern.dev/nonce": "n-1", "postern.dev/bundle-hash": "sha256:abc" };
  const body = { apiVersion: `${group}/${version}`, kind: "SelfTest", metadata: { name: "e2e", annotations } };
  const path = `/apis/${group}/${version}/namespaces/postern-selftest/selftests`;
  return cluster.api.call("POST", path, { body, contentType: "application/json", ...more });
}

it.each([
  { how: "by dry run", more: { query: { dryRun: "All" } } },
  { how: "without a dry run", more: {} },
])("a self-test of conversions $how calls the gate, fails with its statement and stores nothing", async ({ more }) => {
  const { status, body } = await create("v2", more);
  expect(status).toBe(500);
  expect(body.message).toMatch(new RegExp(`^conversion webhook for ${group}/v2, Kind=SelfTest failed: `));
  expect(body.message).toContain(
    `"nonce":"n-1","bundleHash":"sha256:abc","cluster":"e2e","url":"${server.url}/c/e2e/convert"`,
  );
  const list = await cluster.api.get(`/apis/${group}/v2/namespaces/postern-selftest/selftests`);
  expect(list.body.items).toEqual([]);
});

it("the storage version of the canary for conversions is not served", async () => {
  expect((await create("v1", {})).status).toBe(404);
});
