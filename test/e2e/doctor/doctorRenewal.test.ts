import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { DoctorFinding } from "../../../src/doctor/DoctorFinding.ts";
import { runPostern } from "../../cli/runPostern.ts";
import type { Cluster } from "../../cluster/Cluster.ts";
import { startCluster } from "../../cluster/startCluster.ts";
import { TestCa } from "../../cluster/TestCa.ts";
import { podOf } from "../../cluster/TestNamespace.ts";
import { tokenKubeconfig } from "../api/tokenKubeconfig.ts";

const DAY_MS = 86_400_000;
const REGISTRATIONS = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";
const NAMESPACE = "renewal";
const HERE = `/api/v1/namespaces/${NAMESPACE}`;
const REGISTRATION = "ValidatingWebhookConfiguration/theirs";

let cluster: Cluster;
let ca: TestCa;

/**
 * Writes the Secret as Helm, like charts that sign a certificate at installation and never renew it. `fromDays` and
 * `toDays` are its validity, relative to now.
 */
async function writeSecret(fromDays: number, toDays: number): Promise<void> {
  const [notBefore, notAfter] = [fromDays, toDays].map((days) => new Date(Date.now() + days * DAY_MS));
  const dates = { ...(notBefore && { notBefore }), ...(notAfter && { notAfter }) };
  const { cert, key } = await ca.issue({ name: "theirs", hosts: [`theirs.${NAMESPACE}.svc`], ...dates });
  const data = { "tls.crt": Buffer.from(cert).toString("base64"), "tls.key": Buffer.from(key).toString("base64") };
  const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "serving" }, type: "kubernetes.io/tls", data };
  const { status, body } = await cluster.api.apply(`${HERE}/secrets/serving`, secret, "helm");
  expect([200, 201], body.message).toContain(status);
}

beforeAll(async () => {
  cluster = await startCluster();
  await cluster.api.create("/api/v1/namespaces", { metadata: { name: NAMESPACE } });
  ca = await TestCa.create("theirs", { notAfter: new Date(Date.now() + 900 * DAY_MS) });
  await cluster.api.create(`${HERE}/services`, {
    metadata: { name: "theirs" },
    spec: { selector: { app: "theirs" }, ports: [{ port: 443 }] },
  });
  const volumes = [
    { name: "tls", secret: { secretName: "serving" } },
    { name: "other", secret: { secretName: "other" } },
  ];
  const containers = [{ name: "hook", image: "registry.example.com/hook:1" }];
  const pod = await cluster.api.create(
    `${HERE}/pods`,
    podOf("theirs", { labels: { app: "theirs" }, spec: { containers, volumes } }),
  );
  expect(pod.status, pod.body.message).toBe(201);
  const { status, body } = await cluster.api.create(REGISTRATIONS, {
    metadata: { name: "theirs" },
    webhooks: [
      {
        name: "things.example.com",
        clientConfig: {
          service: { namespace: NAMESPACE, name: "theirs" },
          caBundle: Buffer.from(ca.cert).toString("base64"),
        },
        rules: [{ apiGroups: ["example.com"], apiVersions: ["v1"], operations: ["CREATE"], resources: ["things"] }],
        sideEffects: "None",
        admissionReviewVersions: ["v1"],
      },
    ],
  });
  expect(status, body.message).toBe(201);
});

afterAll(() => cluster?.stop());

beforeEach(() => writeSecret(-65, 25));

async function findings(kubeconfig = cluster.kubeconfig): Promise<readonly DoctorFinding[]> {
  const { out, err } = await runPostern(["doctor", "--kubeconfig", kubeconfig, "--output", "json"]);
  expect(err).toBe("");
  return JSON.parse(out).findings;
}

it("postern doctor reports a foreign webhook whose certificate is not renewed, with its Secret and its last writer", async () => {
  const found = await findings();
  expect(found.filter(({ about, code }) => about === REGISTRATION || code === "not-seen")).toEqual([
    {
      code: "not-renewed",
      severity: "warning",
      about: REGISTRATION,
      message: expect.stringMatching(
        new RegExp(
          `^its webhook things\\.example\\.com is served by Service ${NAMESPACE}/theirs: the certificate in Secret ${NAMESPACE}/serving \\(last written by helm\\) ends in 2[45] days, on .* UTC; it has no Certificate of cert-manager and no other known renewer$`,
        ),
      ),
      todo: "Renew it before it ends: with helm, or with a Certificate of cert-manager whose secretName is serving.",
    },
  ]);
});

it("postern doctor reports what it could not read to a user who may not read Secrets, and still checks the rest", async () => {
  await cluster.api.create(`${HERE}/serviceaccounts`, { metadata: { name: "looker" } });
  const rules = [
    {
      apiGroups: ["admissionregistration.k8s.io"],
      resources: ["validatingwebhookconfigurations", "mutatingwebhookconfigurations"],
      verbs: ["list"],
    },
    { apiGroups: ["apiextensions.k8s.io"], resources: ["customresourcedefinitions"], verbs: ["list"] },
    { apiGroups: [""], resources: ["services"], verbs: ["get"] },
    { apiGroups: [""], resources: ["pods"], verbs: ["list"] },
  ];
  const rbac = "/apis/rbac.authorization.k8s.io/v1";
  const name = "looker";
  await cluster.api.create(`${rbac}/clusterroles`, { metadata: { name }, rules });
  await cluster.api.create(`${rbac}/clusterrolebindings`, {
    metadata: { name },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name },
    subjects: [{ kind: "ServiceAccount", name, namespace: NAMESPACE }],
  });
  const { body } = await cluster.api.create(`${HERE}/serviceaccounts/looker/token`, { spec: {} });
  const file = join(cluster.place.folder, "looker-kubeconfig");
  await writeFile(file, tokenKubeconfig(cluster.place, body.status.token));
  const found = await findings(file);
  expect(found.filter(({ about }) => about === REGISTRATION)).toEqual([]);
  const unseen = found.filter(({ code }) => code === "not-seen");
  expect(unseen.map(({ about, message }) => `${about} ${/: 403 /.test(message)}`)).toEqual([
    "Certificates of cert-manager true",
    `Secret/${NAMESPACE}/serving true`,
    `Secret/${NAMESPACE}/other true`,
  ]);
});

it("postern doctor reports only a note about a renewed certificate without a known renewer", async () => {
  await writeSecret(0, 90);
  const found = await findings();
  expect(
    found.filter(({ about }) => about === REGISTRATION).map(({ code, severity }) => `${severity} ${code}`),
  ).toEqual(["info nobody-renews"]);
});
