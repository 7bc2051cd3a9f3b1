import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compactVerify, exportJWK, generateKeyPair, importJWK } from "jose";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runPostern } from "../../cli/runPostern.ts";
import type { ClusterClient } from "../../cluster/ClusterClient.ts";
import { sharedCluster } from "../../cluster/sharedCluster.ts";
import { eventually } from "../../run/eventually.ts";
import { apiPathOf } from "../api/apiPathOf.ts";
import type { GateServer } from "../edges/GateServer.ts";
import { startNodeGate } from "../edges/startNodeGate.ts";
import { POSTERN, renderGate, renderText } from "../registration/renderGate.ts";
import { StartedResources } from "../run/StartedResources.ts";

const GATE = new URL("../gates/rendered.ts", import.meta.url).pathname;
const NONCE = "postern.dev/nonce";
const BUNDLE_HASH = "postern.dev/bundle-hash";
const VALIDATING = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/rendered";

const started = new StartedResources();
let cluster: ClusterClient;
let server: GateServer;
let folder: string;
let publicKey: Awaited<ReturnType<typeof exportJWK>>;

const apply = async (args: readonly string[] = []): Promise<void> => {
  const yaml = await renderText({ gate: GATE, url: server.url, ca: server.ca }, "yaml");
  const result = await cluster.kubectl(["apply", "--server-side", "--field-manager=postern", ...args, "-f", "-"], yaml);
  expect({ code: result.code, stderr: result.stderr }).toEqual({ code: 0, stderr: "" });
};

const diffArguments = (): string[] => [
  ...["render", "--gate", GATE, "--cluster", "e2e", "--url", server.url, "--ca", join(folder, "ca.pem")],
  ...["--diff", "--kubeconfig", cluster.kubeconfig],
];

/** Runs `postern render --diff` in this process. */
async function diff(more: readonly string[] = []): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, out, err } = await runPostern([...diffArguments(), ...more]);
  return { code, stdout: out, stderr: err };
}

/** Runs `postern render --diff` as a separate process. */
function diffProcess(): Promise<{ code: number; stdout: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [POSTERN, ...diffArguments()], (error, stdout) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout }),
    );
  });
}

beforeAll(async () => {
  folder = await started.add(mkdtemp(join(tmpdir(), "postern-rendered-")), (it) =>
    rm(it, { recursive: true, force: true }),
  );
  const keys = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
  publicKey = await exportJWK(keys.publicKey);
  const signing = { POSTERN_SIGNING_KEY: JSON.stringify(await exportJWK(keys.privateKey)) };
  [cluster, server] = await Promise.all([
    started.add(sharedCluster(), (it) => it.close()),
    started.add(startNodeGate(GATE, signing), (it) => it.stop()),
  ]);
  await writeFile(join(folder, "ca.pem"), server.ca);
  await started.add(apply(), unregister);
});

afterAll(() => started.stop());

async function unregister(): Promise<void> {
  for (const object of await renderGate({ gate: GATE, url: server.url, ca: server.ca }))
    if (object.kind.endsWith("WebhookConfiguration")) await cluster.api.delete(apiPathOf(object).path);
}

it("kubectl applies the rendered YAML, and a second time without a change", async () => {
  const before = (await cluster.api.get(VALIDATING)).body;
  await apply();
  const after = (await cluster.api.get(VALIDATING)).body;
  expect(after.metadata.resourceVersion).toBe(before.metadata.resourceVersion);
  expect(after.metadata.labels["postern.dev/gate"]).toBe("rendered");
});

it("postern render prints the same bytes for the same input", async () => {
  const input = { gate: GATE, url: server.url, ca: server.ca };
  expect(await renderText(input, "yaml")).toBe(await renderText(input, "yaml"));
});

it("the gate answers the self-test of the canary with a signed statement that has the hash of the rendered registration", async () => {
  const configMap = {
    metadata: { name: "rendered", annotations: { [NONCE]: "n-1", [BUNDLE_HASH]: "sha256:abc" } },
  };
  const path = "/api/v1/namespaces/postern-selftest/configmaps";
  const message: string = await eventually("the canary to be called", async () => {
    const { status, body } = await cluster.api.create(path, configMap, { query: { dryRun: "All" } });
    return status === 403 ? body.message : undefined;
  });
  expect(message).toMatch(/^admission webhook "canary\.rendered\.postern\.dev" denied the request: /);
  const token = /signed statement: (\S+)$/.exec(message)?.[1] ?? "";
  const { payload } = await compactVerify(token, await importJWK({ ...publicKey, alg: "EdDSA" }));
  const objects = await renderGate({ gate: GATE, url: "https://elsewhere.example.com", ca: server.ca });
  expect(JSON.parse(new TextDecoder().decode(payload))).toEqual({
    nonce: "n-1",
    bundleHash: "sha256:abc",
    cluster: "e2e",
    url: `${server.url}/c/e2e/validate`,
    iat: expect.any(Number),
    registrationHash: objects.at(-1).metadata.annotations["postern.dev/registration-hash"],
    version: objects.at(-1).metadata.annotations["postern.dev/version"],
  });
});

it("the canary is not called for another object in the namespace of the self-tests", async () => {
  const path = "/api/v1/namespaces/postern-selftest/configmaps";
  const other = { metadata: { name: "another", annotations: { [NONCE]: "n-1" } } };
  expect((await cluster.api.create(path, other, { query: { dryRun: "All" } })).status).toBe(201);
});

it("the API server denies a Pod in the namespace of the self-tests", async () => {
  const spec = { containers: [{ name: "app", image: "registry.example.com/app:1" }] };
  const { status } = await cluster.api.create("/api/v1/namespaces/postern-selftest/pods", {
    metadata: { name: "x" },
    spec,
  });
  expect(status).toBe(403);
});

it("postern render --diff prints no difference and exits with 0 when the cluster matches", async () => {
  for (const { code, stdout } of [await diff(), await diffProcess()])
    expect({ code, differs: /^[-+] /m.test(stdout) }).toEqual({ code: 0, differs: false });
});

it("postern render --diff prints manual changes and the policies that are not called, and exits with 1", async () => {
  const live = (await cluster.api.get(VALIDATING)).body;
  const strict = live.webhooks.filter(({ name }: { name: string }) => !name.startsWith("strict."));
  const changed = strict.map((webhook: object) => ({ ...webhook, timeoutSeconds: 9 }));
  expect((await cluster.api.merge(VALIDATING, { webhooks: changed })).status).toBe(200);
  try {
    const { code, stdout } = await diffProcess();
    expect(code).toBe(1);
    expect(stdout).toMatch(/^-\s+timeoutSeconds: 9$/m);
    expect(stdout).toMatch(/^\+\s+name: strict\.validate\.rendered\.postern\.dev$|^\+\s+- name: strict\.validate/m);
    expect(stdout).toMatch(/^1 policy is not called in the cluster e2e: require-labels \(CREATE pods, /m);
  } finally {
    await apply(["--force-conflicts"]);
  }
  expect((await diff()).code).toBe(0);
});

it("postern render --diff reports an added matchCondition, which applying would keep, and exits with 1", async () => {
  const live = (await cluster.api.get(VALIDATING)).body;
  const index = live.webhooks.findIndex(({ name }: { name: string }) => name.startsWith("labels."));
  const evil = { name: "example.com/evil", expression: "false" };
  const path = `/webhooks/${index}/matchConditions`;
  const patch = [{ op: "add", path: `${path}/-`, value: evil }];
  const added = await cluster.api.call("PATCH", VALIDATING, {
    contentType: "application/json-patch+json",
    body: patch,
  });
  expect(added.status).toBe(200);
  try {
    await apply();
    const { code, stdout } = await diff();
    expect(code).toBe(1);
    expect(stdout).toMatch(/^-\s+name: example\.com\/evil$/m);
    expect(stdout).toContain(
      "ValidatingWebhookConfiguration rendered: other field managers added matchCondition example.com/evil of labels.validate.rendered.postern.dev; applying does not remove this, remove it with kubectl edit\n",
    );
    expect(stdout).toMatch(/^1 policy is not called in the cluster e2e: deny-labels \(/m);
  } finally {
    const last = added.body.webhooks[index].matchConditions.length - 1;
    const remove = [{ op: "remove", path: `${path}/${last}` }];
    await cluster.api.call("PATCH", VALIDATING, { contentType: "application/json-patch+json", body: remove });
  }
  expect((await diff()).code).toBe(0);
});

it("postern render --diff prints one line and exits with 2 when the cluster is unreachable", async () => {
  const kubeconfig = join(folder, "nowhere");
  await writeFile(
    kubeconfig,
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "c", cluster: { server: "https://127.0.0.1:1" } }],
      users: [{ name: "u", user: {} }],
      contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
      "current-context": "x",
    }),
  );
  const { code, stdout, stderr } = await diff(["--kubeconfig", kubeconfig]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(/^postern: .*127\.0\.0\.1:1.*$/m);
});
