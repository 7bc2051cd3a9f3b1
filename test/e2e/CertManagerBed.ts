import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { exportJWK, generateKeyPair } from "jose";
import { stringify } from "yaml";
import type { Cluster } from "../cluster/Cluster.ts";
import type { KubeObject } from "../cluster/ClusterApi.ts";
import { startCertManager } from "../cluster/startCertManager.ts";
import { startCluster } from "../cluster/startCluster.ts";
import { startPodRunner } from "../cluster/startPodRunner.ts";
import { eventually } from "../run/eventually.ts";
import { containerBundle, gateBundle } from "../run/gateBundle.ts";
import { patience, scaled } from "../run/speedFactor.ts";
import { AdmissionLoad, type LoadReport } from "./AdmissionLoad.ts";
import { certManagerOverlay } from "./certManagerOverlay.ts";
import { inSeconds } from "./inSeconds.ts";
import { loadOverNewConnections } from "./loadOverNewConnections.ts";
import { applyAll } from "./registerGate.ts";
import { renderGate } from "./renderGate.ts";
import { reserveServiceAddress } from "./reserveServiceAddress.ts";
import { Started } from "./Started.ts";
import { VALIDATING } from "./SyncBed.ts";
import { subPathPatch } from "./subPathPatch.ts";

const GATE = new URL("gates/sync.ts", import.meta.url).pathname;
const SYSTEM = "/api/v1/namespaces/postern-system";
const DEPLOYMENT = "/apis/apps/v1/namespaces/postern-system/deployments/postern-gate";
const CERTIFICATES = "/apis/cert-manager.io/v1/namespaces/postern-system";
const GATE_PODS = "app.kubernetes.io/name=postern-gate";
/** In milliseconds. */
const CALL_TIMEOUT = patience(5_000);
/** Less than kubectl is given, so that it says what it waited for. */
const ROLLOUT_LIMIT = `--timeout=${inSeconds(patience(50_000))}s`;

/** What the gate says of the certificate that it serves, over that certificate. */
export interface Served {
  readonly slot: string;
  /** In lower-case hex. */
  readonly serial: string;
  /** The certificate's common name. */
  readonly name: string;
}

/**
 * A cluster with cert-manager and the gate in it, as Pods with both certificates, from the manifests that are shipped. Its
 * registrations fail closed, and call the gate at the Service's address.
 */
export class CertManagerBed {
  readonly cluster: Cluster;
  /** Of the Service. */
  readonly address: string;
  readonly load: AdmissionLoad;
  readonly #started: Started;
  readonly #folder: string;

  private constructor(cluster: Cluster, address: string, load: AdmissionLoad, started: Started, folder: string) {
    this.cluster = cluster;
    this.address = address;
    this.load = load;
    this.#started = started;
    this.#folder = folder;
  }

  /** Resolves when the gate's Pods are ready, and registered with a caBundle that does not trust them: see {@link sync}. */
  static async start(strangersCa: string): Promise<CertManagerBed> {
    const started = new Started();
    try {
      const folder = await started.add(mkdtemp(join(tmpdir(), "postern-cert-manager-")), removeFolder);
      const [cluster, address, gate, sync, keys] = await Promise.all([
        started.add(startCluster({ controllers: true }), (it) => it.stop()),
        reserveServiceAddress(),
        gateBundle("node", GATE),
        containerBundle(),
        generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true }),
      ]);
      const bed = new CertManagerBed(cluster, address, await AdmissionLoad.prepare(cluster.api), started, folder);
      const [gateFile, syncFile] = [join(folder, "gate.mjs"), join(folder, "postern.mjs")];
      await Promise.all([
        writeFile(gateFile, gate),
        writeFile(syncFile, sync),
        startCertManager(cluster),
        startPodRunner(cluster),
      ]);
      await certManagerOverlay({
        folder: bed.#overlay,
        address,
        gateFile,
        syncFile,
        signingKey: JSON.stringify(await exportJWK(keys.privateKey)),
        syncFiles: { "sync.yaml": syncConfig(address, await exportJWK(keys.publicKey)) },
      });
      await bed.apply();
      await applyAll(cluster, await renderGate({ gate: GATE, url: `https://${address}`, ca: strangersCa, sync: true }));
      return bed;
    } catch (error) {
      await started.stop();
      throw error;
    }
  }

  get #overlay(): string {
    return join(this.#folder, "overlay");
  }

  /** Applies the overlay, and waits until the Deployment has rolled. */
  async apply(): Promise<void> {
    const { code, stderr } = await this.cluster.kubectl(["apply", "-k", this.#overlay]);
    if (code !== 0) throw new Error(stderr);
    await this.#rolledOut();
  }

  async #rolledOut(): Promise<void> {
    const args = ["-n", "postern-system", "rollout", "status", "deployment/postern-gate", ROLLOUT_LIMIT];
    const { code, stdout, stderr } = await this.cluster.kubectl(args);
    if (code !== 0) throw new Error(`${stdout}${stderr}`);
  }

  /** Runs the shipped CronJob once, as a Job. Resolves to how it ended, and to what it said. */
  async sync(name: string): Promise<{ phase: string; log: string }> {
    const args = ["-n", "postern-system", "create", "job", "--from=cronjob/postern-sync", name];
    const { code, stderr } = await this.cluster.kubectl(args);
    if (code !== 0) throw new Error(stderr);
    const pod = await eventually(`the Job ${name} to end`, async () => {
      const [found] = await this.pods(`batch.kubernetes.io/job-name=${name}`);
      return ["Succeeded", "Failed"].includes(found?.status?.phase) ? found : undefined;
    });
    const { stdout } = await this.cluster.kubectl(["-n", "postern-system", "logs", pod.metadata.name]);
    return { phase: pod.status.phase, log: stdout };
  }

  /** Pods of the namespace that are to stay; the gate's unless told otherwise. */
  async pods(labelSelector = GATE_PODS): Promise<KubeObject[]> {
    const { body } = await this.cluster.api.get(`${SYSTEM}/pods`, { query: { labelSelector } });
    return body.items.filter(({ metadata }: KubeObject) => metadata.deletionTimestamp === undefined);
  }

  /** How a Certificate, or an Issuer, stands. */
  async issued(name: string, resource: "certificates" | "issuers" = "certificates"): Promise<KubeObject> {
    return (await this.cluster.api.get(`${CERTIFICATES}/${resource}/${name}`)).body;
  }

  /** Where a Certificate is in the API. */
  certificatePath(name: string): string {
    return `${CERTIFICATES}/certificates/${name}`;
  }

  async deleteIssuer(name: string): Promise<void> {
    const { status, body } = await this.cluster.api.delete(`${CERTIFICATES}/issuers/${name}`);
    if (status !== 200) throw new Error(body.message);
  }

  async createIssuer(name: string, spec: object): Promise<void> {
    const issuer = { apiVersion: "cert-manager.io/v1", kind: "Issuer", metadata: { name }, spec };
    const { status, body } = await this.cluster.api.create(`${CERTIFICATES}/issuers`, issuer);
    if (status !== 201) throw new Error(body.message);
  }

  /** What the controller says of a Certificate's workloads, by its condition RolledOut. */
  async rolledOut(name: string): Promise<{ status?: string; message?: string }> {
    const { conditions } = (await this.issued(name)).status;
    return conditions.find(({ type }: KubeObject) => type === "RolledOut") ?? {};
  }

  /** A file of a Pod's, as it is in its container. */
  async fileOf(pod: string, path: string): Promise<string> {
    const args = ["-n", "postern-system", "exec", pod, "--", "sh", "-c", `cat $CONTAINER_ROOT${path}`];
    return (await this.cluster.kubectl(args)).stdout;
  }

  /**
   * Has the gate read both pairs from files that are mounted one by one, by subPath, and so never brought up to date: all
   * of its Pods are replaced at once. {@link apply} takes it back.
   */
  async mountBySubPath(): Promise<void> {
    const { status, body } = await this.cluster.api.call("PATCH", DEPLOYMENT, {
      contentType: "application/strategic-merge-patch+json",
      body: subPathPatch(),
    });
    if (status !== 200) throw new Error(body.message);
    await this.#rolledOut();
  }

  /** Load while `happen` does, over new connections all the time. */
  loadDuring(happen: () => Promise<void>): Promise<LoadReport> {
    return loadOverNewConnections(this.cluster.api, this.load, happen);
  }

  /** The certificate that cert-manager's CA has, in PEM. */
  async ca(): Promise<string> {
    const template = '{{index .data "tls.crt" | base64decode}}';
    const args = ["-n", "postern-system", "get", "secret", "postern-gate-ca", "-o", `go-template=${template}`];
    const { code, stdout, stderr } = await this.cluster.kubectl(args);
    if (code !== 0) throw new Error(stderr);
    return stdout;
  }

  /** The caBundle that is registered, in PEM. */
  async bundle(): Promise<string> {
    const { webhooks } = (await this.cluster.api.get(VALIDATING)).body;
    return Buffer.from(webhooks[0].clientConfig.caBundle, "base64").toString();
  }

  /** Asks one of the gate's Pods, over a new connection, that is verified. */
  async served(ca: string): Promise<Served> {
    return new Promise((resolve, reject) => {
      const options = { host: this.address, path: "/readyz", ca, agent: false, timeout: CALL_TIMEOUT };
      const call = request(options, (answer) => {
        const name = (answer.socket as TLSSocket).getPeerCertificate().subject.CN;
        let text = "";
        answer.on("data", (chunk: Buffer) => {
          text += chunk.toString();
        });
        answer.once("end", () => resolve({ ...JSON.parse(text).certificate, name }));
      });
      call.once("error", reject);
      call.once("timeout", () => call.destroy(new Error("timeout")));
      call.end();
    });
  }

  stop(): Promise<void> {
    return this.#started.stop();
  }
}

const removeFolder = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true });

function syncConfig(address: string, publicKey: object): string {
  return stringify({
    gate: "postern",
    cluster: "e2e",
    trust: { mode: "pin", roots: ["../postern-ca/ca.pem"] },
    selfTest: { publicKey },
    soak: `${inSeconds(scaled(1_000))}s`,
    jitter: "0s",
    hosts: [address],
    timeouts: { handshake: `${inSeconds(patience(2_000))}s`, lease: `${inSeconds(patience(1_000))}s` },
  });
}
