import { X509Certificate } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { eventually } from "../../run/eventually.ts";
import { scaled } from "../../run/speedFactor.ts";
import type { Cluster } from "../Cluster.ts";
import type { KubeObject } from "../ClusterApi.ts";
import { startCluster } from "../startCluster.ts";
import { TestNamespace } from "../TestNamespace.ts";
import { renewCertificate } from "./renewCertificate.ts";
import { startCertManager } from "./startCertManager.ts";

const API = "cert-manager.io/v1";
const HOST = "gate.example.com";
/** The time between two renewals: a third of the lifetime of a short certificate. */
const RENEWAL_SECONDS = Math.ceil(scaled(5_000) / 1000);

let cluster: Cluster;
let ns: TestNamespace;

beforeAll(async () => {
  cluster = await startCluster({ controllers: true });
  await startCertManager(cluster);
  ns = await TestNamespace.create(cluster, "cert-manager");
  await create("Issuer", "self-signed", { selfSigned: {} });
  await create("Certificate", "ca", {
    isCA: true,
    commonName: "test CA",
    secretName: "ca",
    privateKey: { algorithm: "ECDSA", size: 256 },
    issuerRef: { name: "self-signed" },
  });
  await create("Issuer", "ca", { ca: { secretName: "ca" } });
});

afterAll(() => cluster?.stop());

async function create(kind: "Issuer" | "Certificate", name: string, spec: object): Promise<void> {
  const object = { apiVersion: API, kind, metadata: { name }, spec };
  const { status, body } = await cluster.api.create(ns.path(API, `${kind.toLowerCase()}s`), object);
  if (status !== 201) throw new Error(body.message);
}

async function createCertificate(name: string, duration: string, renewBefore: string): Promise<void> {
  await create("Certificate", name, {
    secretName: name,
    dnsNames: [HOST],
    duration,
    renewBefore,
    privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
    issuerRef: { name: "ca" },
  });
}

/** Waits until a Certificate is ready at a revision or a later one. */
async function ready(name: string, revision: number): Promise<KubeObject> {
  return eventually(`Certificate ${name} at revision ${revision}`, async () => {
    const { body } = await cluster.api.get(ns.path(API, "certificates", name));
    const isReady = body.status?.conditions?.some(
      ({ type, status }: KubeObject) => type === "Ready" && status === "True",
    );
    return isReady && body.status.revision >= revision ? body : undefined;
  });
}

/** The leaf, the CA certificate and the key in a Secret. */
async function secretOf(name: string): Promise<{ leaf: X509Certificate; ca: X509Certificate; key: string }> {
  const { body } = await cluster.api.get(ns.path("secrets", name));
  const pem = (file: string): string => Buffer.from(body.data[file], "base64").toString();
  return { leaf: new X509Certificate(pem("tls.crt")), ca: new X509Certificate(pem("ca.crt")), key: pem("tls.key") };
}

it("cert-manager's CA Issuer writes a certificate into a Secret, and a renewal replaces certificate and key", async () => {
  await createCertificate("asked", "1h", "20m");
  const first = await ready("asked", 1);
  expect(first.status.revision).toBe(1);
  const before = await secretOf("asked");
  expect(before.leaf.verify(before.ca.publicKey)).toBe(true);
  expect(before.leaf.checkHost(HOST)).toBe(HOST);

  await renewCertificate(cluster.api, ns.path(API, "certificates", "asked"));
  expect((await ready("asked", 2)).status.revision).toBe(2);
  const after = await secretOf("asked");
  expect(after.leaf.verify(after.ca.publicKey)).toBe(true);
  expect(after.leaf.serialNumber).not.toBe(before.leaf.serialNumber);
  expect(after.key === before.key).toBe(false);
});

it("cert-manager renews a certificate with a lifetime of seconds three times, each after a third of its lifetime", async () => {
  await createCertificate("short", `${3 * RENEWAL_SECONDS}s`, `${2 * RENEWAL_SECONDS}s`);
  const began = Date.now();
  await ready("short", 1);
  const first = (await secretOf("short")).leaf;
  expect(first.validToDate.getTime() - first.validFromDate.getTime()).toBe(3 * RENEWAL_SECONDS * 1000);
  await ready("short", 4);
  // Three renewals, none of them early. The dates of certificates have whole seconds.
  expect(Date.now() - began).toBeGreaterThan((3 * RENEWAL_SECONDS - 2) * 1000);
  expect((await secretOf("short")).leaf.validToDate.getTime()).toBeGreaterThan(Date.now());
});
