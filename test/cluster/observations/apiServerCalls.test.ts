import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { eventually } from "../../run/eventually.ts";
import type { ClusterClient } from "../ClusterClient.ts";
import { sharedCluster } from "../sharedCluster.ts";
import { TestNamespace } from "../TestNamespace.ts";
import { observations } from "./observations.ts";
import { RecordingWebhook } from "./RecordingWebhook.ts";

const CONFIGURATIONS = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";

/** Linux connects this address to loopback, but the API server does not treat it as loopback. */
const REMOTE_HOST = "0.0.0.0";

let cluster: ClusterClient;
let ns: TestNamespace;
/** Registered as a remote host, and as localhost. */
let remote: RecordingWebhook;
let local: RecordingWebhook;

const register = async (
  name: string,
  { url, ca }: RecordingWebhook,
  suite: string,
  more: object = {},
): Promise<void> => {
  const { status, body } = await cluster.api.apply(`${CONFIGURATIONS}/${name}`, {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingWebhookConfiguration",
    metadata: { name },
    webhooks: [
      {
        name: `${name}.seen.postern.dev`,
        clientConfig: { url: `${url}/c/seen/validate`, caBundle: Buffer.from(ca).toString("base64") },
        rules: [{ apiGroups: ["*"], apiVersions: ["*"], operations: ["*"], resources: ["*/*"] }],
        namespaceSelector: { matchLabels: { "postern.dev/suite": suite } },
        failurePolicy: "Ignore",
        timeoutSeconds: 29,
        sideEffects: "None",
        admissionReviewVersions: ["v1", "v1beta1"],
        ...more,
      },
    ],
  });
  if (status >= 300) throw new Error(body.message);
};

beforeAll(async () => {
  cluster = await sharedCluster();
  [remote, local] = await Promise.all([RecordingWebhook.start(REMOTE_HOST), RecordingWebhook.start("localhost")]);
  ns = await TestNamespace.create(cluster, "seen");
  await register("seen-remote", remote, "seen");
  await register("seen-local", local, "seen");
  await register("seen-v1beta1", remote, "seen", { admissionReviewVersions: ["v1beta1"] });
  await eventually("the recorders to be called", async () => {
    await ns.createConfigMap("probe", {}, { query: { dryRun: "All" } });
    return local.calls.length > 0 && new Set(remote.calls.map(({ review }) => review.apiVersion)).size === 2
      ? true
      : undefined;
  });
});

afterAll(async () => {
  for (const name of ["seen-remote", "seen-local", "seen-v1beta1"])
    await cluster.api.delete(`${CONFIGURATIONS}/${name}`);
  await Promise.all([remote?.stop(), local?.stop()]);
  cluster?.close();
});

it.each(observations)("kube-apiserver: $seen", async ({ check }) => {
  await check({ ns, remote, local });
});

it("the table in README.md lists the observations in their order", () => {
  const rows = observations.map(({ seen, assumed }) => `| ${seen} | ${assumed} |`);
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8").split("\n");
  const start = readme.indexOf("| what the API server does | what relies on it |");
  expect(readme.slice(start + 2, start + 2 + rows.length)).toEqual(rows);
  expect(readme[start + 2 + rows.length]).toBe("");
});
