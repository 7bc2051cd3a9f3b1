import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { runPostern } from "../../cli/runPostern.ts";
import type { ClusterClient } from "../../cluster/ClusterClient.ts";
import { sharedCluster } from "../../cluster/sharedCluster.ts";
import { TestCa } from "../../cluster/TestCa.ts";
import { FaultyEdge } from "../edges/FaultyEdge.ts";
import type { GateServer } from "../edges/GateServer.ts";
import { startNodeGate } from "../edges/startNodeGate.ts";
import { StartedResources } from "../run/StartedResources.ts";

const GATE = new URL("../gates/failures.ts", import.meta.url).pathname;
const WEBHOOKS = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";

const started = new StartedResources();
let cluster: ClusterClient;
let gate: GateServer;
let edge: FaultyEdge;
let caFile: string;

beforeAll(async () => {
  cluster = await started.add(sharedCluster(), (it) => it.close());
  gate = await started.add(startNodeGate(GATE), (it) => it.stop());
  edge = await started.add(FaultyEdge.start(gate), (it) => it.stop());
  caFile = await rootsFile("edge", edge.ca);
});
afterEach(async () => {
  edge.fault = { kind: "none" };
  // Nothing of it stays in the cluster.
  const { body } = await cluster.api.get(WEBHOOKS, { query: { labelSelector: "postern.dev/preflight" } });
  expect(body.items).toEqual([]);
});
afterAll(() => started.stop());

async function rootsFile(name: string, pem: string): Promise<string> {
  const file = join(cluster.place.folder, `preflight-${name}-${process.pid}.pem`);
  await writeFile(file, pem);
  return file;
}

async function preflight(url: string, ca: string) {
  const choice = ["--context", "test", "--kubeconfig", cluster.kubeconfig];
  const { out, code } = await runPostern(["doctor", "--preflight", url, "--ca", ca, "--output", "json", ...choice]);
  const { apiServer, findings } = JSON.parse(out);
  return { apiServer, code, codes: findings.map((it: { code: string }) => it.code) };
}

it("the API server reaches a gate over TLS, and is refused as a stranger", async () => {
  const { apiServer, codes, code } = await preflight(edge.url, caFile);
  expect(apiServer).toEqual({ result: "reached", message: expect.stringContaining("credentials") });
  expect([code, codes]).toEqual([1, ["local-address", "no-announcement"]]);
});

it("the API server refuses the certificate with other roots", async () => {
  const { apiServer, codes, code } = await preflight(
    edge.url,
    await rootsFile("other", (await TestCa.create("x")).cert),
  );
  expect(apiServer).toEqual({ result: "refuses-chain", message: expect.stringContaining("x509: ") });
  expect(code).toBe(3);
  expect(codes).toEqual(expect.arrayContaining(["api-server-refuses-chain", "other-root"]));
});

it.each([
  ["a closed port", () => edge.url.replace(/\d+$/, "1"), "none", /connection refused/],
  ["an edge that hangs", () => edge.url, "hangs", /context deadline exceeded|Client\.Timeout/],
] as const)("the API server cannot reach %s", async (_what, url, kind, message) => {
  edge.fault = { kind };
  const { apiServer, codes, code } = await preflight(url(), caFile);
  expect(apiServer).toEqual({ result: "cannot-reach", message: expect.stringMatching(message) });
  expect([code, codes.includes("api-server-cannot-reach")]).toEqual([3, true]);
});

it("the API server gets an answer that is none of a gate", async () => {
  edge.fault = { kind: "busy", times: 0 };
  const { apiServer, codes } = await preflight(`${edge.url}/elsewhere`, caFile);
  expect(apiServer).toEqual({ result: "other-answer", message: expect.stringContaining("could not find") });
  expect(codes).toEqual(expect.arrayContaining(["api-server-other-answer", "wrong-path"]));
});

it("a user without the right to register is told which rights are needed", async () => {
  const file = join(cluster.place.folder, `preflight-${process.pid}.kubeconfig`);
  const { server, ca } = cluster.place;
  const data = Buffer.from(ca).toString("base64");
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "c", cluster: { server, "certificate-authority-data": data } }],
    users: [{ name: "nobody", user: { token: "no-such-token" } }],
    contexts: [{ name: "none", context: { cluster: "c", user: "nobody" } }],
  };
  await writeFile(file, JSON.stringify(config));
  const choice = ["--context", "none", "--kubeconfig", file];
  const { out } = await runPostern(["doctor", "--preflight", edge.url, "--ca", caFile, ...choice]);
  expect(out).toMatch(/WARNING api-server-not-asked .*\n {2}could not be asked: 401 /);
});
