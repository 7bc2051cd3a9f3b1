import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { Diagnosis } from "../../src/doctor/Diagnosis.ts";
import { runPostern } from "../cli/runPostern.ts";
import type { Cluster } from "../cluster/Cluster.ts";
import { startCluster } from "../cluster/startCluster.ts";
import { TestCa } from "../cluster/TestCa.ts";
import { podOf } from "../cluster/TestNamespace.ts";
import { kubeconfigWith } from "./SyncBed.ts";

const DAY = 86_400_000;
const REGISTRATIONS = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";
const NAMESPACE = "renewal";
const HERE = `/api/v1/namespaces/${NAMESPACE}`;
const ABOUT = "ValidatingWebhookConfiguration/theirs";

let cluster: Cluster;
let ca: TestCa;

/** The Secret is Helm's, as many charts make one: signed when the chart was installed, and by nobody ever again. */
async function writeSecret(from: number, to: number): Promise<void> {
  const [notBefore, notAfter] = [from, to].map((days) => new Date(Date.now() + days * DAY));
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
  ca = await TestCa.create("theirs", { notAfter: new Date(Date.now() + 900 * DAY) });
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

async function findings(kubeconfig = cluster.kubeconfig): Promise<readonly Diagnosis[]> {
  const { out, err } = await runPostern(["doctor", "--kubeconfig", kubeconfig, "--output", "json"]);
  expect(err).toBe("");
  return JSON.parse(out).findings;
}

it("another's webhook with a certificate that nobody renews is named, with its Secret and who wrote it", async () => {
  const found = await findings();
  expect(found.filter(({ about, code }) => about === ABOUT || code === "not-seen")).toEqual([
    {
      code: "not-renewed",
      severity: "warning",
      about: ABOUT,
      message: expect.stringMatching(
        new RegExp(
          `^its webhook things\\.example\\.com is served by Service ${NAMESPACE}/theirs: the certificate in Secret ${NAMESPACE}/serving, which helm wrote last,? ends in 2[45] days, on .* UTC; there is no cert-manager Certificate for it, and nothing else says that it is renewed$`,
        ),
      ),
      todo: "Have it renewed before then: by helm, or by a Certificate of cert-manager with secretName serving.",
    },
  ]);
});

it("who may not read Secrets is told that it was not looked at, and the rest as ever", async () => {
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
  await writeFile(file, kubeconfigWith(cluster.place, body.status.token));
  const found = await findings(file);
  expect(found.filter(({ about }) => about === ABOUT)).toEqual([]);
  const unseen = found.filter(({ code }) => code === "not-seen");
  expect(unseen.map(({ about, message }) => `${about} ${/: 403 /.test(message)}`)).toEqual([
    "Certificates of cert-manager true",
    `Secret/${NAMESPACE}/serving true`,
    `Secret/${NAMESPACE}/other true`,
  ]);
});

it("once somebody has renewed it, that nobody says who does is a note", async () => {
  await writeSecret(0, 90);
  const found = await findings();
  expect(found.filter(({ about }) => about === ABOUT).map(({ code, severity }) => `${severity} ${code}`)).toEqual([
    "info nobody-renews",
  ]);
});
