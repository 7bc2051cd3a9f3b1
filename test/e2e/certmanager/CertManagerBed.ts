import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportJWK, generateKeyPair } from "jose";
import { stringify } from "yaml";
import type { Cluster } from "../../cluster/Cluster.ts";
import type { KubeObject } from "../../cluster/ClusterApi.ts";
import { startCertManager } from "../../cluster/certmanager/startCertManager.ts";
import { startCluster } from "../../cluster/startCluster.ts";
import { startPodRunner } from "../../cluster/startPodRunner.ts";
import { eventually } from "../../run/eventually.ts";
import { containerBundle, gateBundle } from "../../run/gateBundle.ts";
import { patience, scaled } from "../../run/speedFactor.ts";
import { AdmissionLoad, type LoadReport } from "../load/AdmissionLoad.ts";
import { loadOverNewConnections } from "../load/loadOverNewConnections.ts";
import { applyAll } from "../registration/registerGate.ts";
import { renderGate } from "../registration/renderGate.ts";
import { inSeconds } from "../run/inSeconds.ts";
import { reserveServiceAddress } from "../run/reserveServiceAddress.ts";
import { StartedResources } from "../run/StartedResources.ts";
import { VALIDATING } from "../sync/bed/SyncBed.ts";
import { certManagerOverlay } from "./certManagerOverlay.ts";
import { readServedCertificate, type ServedCertificate } from "./readServedCertificate.ts";
import { subPathPatch } from "./subPathPatch.ts";

const GATE = new URL("../gates/sync.ts", import.meta.url).pathname;
const SYSTEM = "/api/v1/namespaces/postern-system";
const DEPLOYMENT = "/apis/apps/v1/namespaces/postern-system/deployments/postern-gate";
const CERTIFICATES = "/apis/cert-manager.io/v1/namespaces/postern-system";
const GATE_PODS = "app.kubernetes.io/name=postern-gate";
/** Shorter than the timeout of the kubectl process, so that kubectl prints what it waited for. */
const ROLLOUT_TIMEOUT = `--timeout=${inSeconds(patience(50_000))}s`;

interface CertManagerBedParts {
  readonly cluster: Cluster;
  readonly address: string;
  readonly load: AdmissionLoad;
  readonly started: StartedResources;
  readonly folder: string;
}

/**
 * A cluster with cert-manager and the shipped manifests. The gate runs in Pods with both certificates. The
 * registrations fail closed and call the gate at the address of its Service.
 */
export class CertManagerBed {
  readonly cluster: Cluster;
  /** Address of the gate's Service. */
  readonly address: string;
  readonly load: AdmissionLoad;
  readonly #started: StartedResources;
  readonly #folder: string;

  private constructor({ cluster, address, load, started, folder }: CertManagerBedParts) {
    this.cluster = cluster;
    this.address = address;
    this.load = load;
    this.#started = started;
    this.#folder = folder;
  }

  /**
   * Resolves when the Pods of the gate are ready and registered. The registrations trust only `otherCa`, so that the
   * first {@link runSyncJob} has work to do.
   */
  static async start(otherCa: string): Promise<CertManagerBed> {
    const started = new StartedResources();
    try {
      const folder = await started.add(mkdtemp(join(tmpdir(), "postern-cert-manager-")), removeFolder);
      const [cluster, address, gate, sync, keys] = await Promise.all([
        started.add(startCluster({ controllers: true }), (it) => it.stop()),
        reserveServiceAddress(),
        gateBundle("node", GATE),
        containerBundle(),
        generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true }),
      ]);
      const load = await AdmissionLoad.prepare(cluster.api);
      const bed = new CertManagerBed({ cluster, address, load, started, folder });
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
      await applyAll(cluster, await renderGate({ gate: GATE, url: `https://${address}`, ca: otherCa, sync: true }));
      return bed;
    } catch (error) {
      await started.stop();
      throw error;
    }
  }

  get #overlay(): string {
    return join(this.#folder, "overlay");
  }

  /** Applies the overlay and waits until the Deployment is rolled out. */
  async apply(): Promise<void> {
    const { code, stderr } = await this.cluster.kubectl(["apply", "-k", this.#overlay]);
    if (code !== 0) throw new Error(stderr);
    await this.#waitForRollout();
  }

  async #waitForRollout(): Promise<void> {
    const args = ["-n", "postern-system", "rollout", "status", "deployment/postern-gate", ROLLOUT_TIMEOUT];
    const { code, stdout, stderr } = await this.cluster.kubectl(args);
    if (code !== 0) throw new Error(`${stdout}${stderr}`);
  }

  /** Runs the shipped CronJob once, as a Job. Resolves to the phase and the log of its Pod. */
  async runSyncJob(name: string): Promise<{ phase: string; log: string }> {
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

  /** The Pods that are not terminating. Default: those of the gate. */
  async pods(labelSelector = GATE_PODS): Promise<KubeObject[]> {
    const { body } = await this.cluster.api.get(`${SYSTEM}/pods`, { query: { labelSelector } });
    return body.items.filter(({ metadata }: KubeObject) => metadata.deletionTimestamp === undefined);
  }

  /** Reads a Certificate or an Issuer. */
  async certificateOrIssuer(name: string, resource: "certificates" | "issuers" = "certificates"): Promise<KubeObject> {
    return (await this.cluster.api.get(`${CERTIFICATES}/${resource}/${name}`)).body;
  }

  /** API path of a Certificate. */
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

  /** The condition RolledOut that the controller set on a Certificate. */
  async rolledOutCondition(name: string): Promise<{ status?: string; message?: string }> {
    const { conditions } = (await this.certificateOrIssuer(name)).status;
    return conditions.find(({ type }: KubeObject) => type === "RolledOut") ?? {};
  }

  /** Reads a file in the container of a Pod. */
  async readFile(pod: string, path: string): Promise<string> {
    const args = ["-n", "postern-system", "exec", pod, "--", "sh", "-c", `cat $CONTAINER_ROOT${path}`];
    return (await this.cluster.kubectl(args)).stdout;
  }

  /**
   * Makes the gate read both pairs from files that are mounted by subPath, which are never updated. This replaces all
   * of its Pods. {@link apply} reverts it.
   */
  async mountBySubPath(): Promise<void> {
    const { status, body } = await this.cluster.api.call("PATCH", DEPLOYMENT, {
      contentType: "application/strategic-merge-patch+json",
      body: subPathPatch(),
    });
    if (status !== 200) throw new Error(body.message);
    await this.#waitForRollout();
  }

  /** Applies a load over new connections while `action` runs. */
  loadWhile(action: () => Promise<void>): Promise<LoadReport> {
    return loadOverNewConnections(this.cluster.api, this.load, action);
  }

  /** The current certificate of cert-manager's CA, in PEM. */
  async ca(): Promise<string> {
    const template = '{{index .data "tls.crt" | base64decode}}';
    const args = ["-n", "postern-system", "get", "secret", "postern-gate-ca", "-o", `go-template=${template}`];
    const { code, stdout, stderr } = await this.cluster.kubectl(args);
    if (code !== 0) throw new Error(stderr);
    return stdout;
  }

  /** The registered caBundle, in PEM. */
  async bundle(): Promise<string> {
    const { webhooks } = (await this.cluster.api.get(VALIDATING)).body;
    return Buffer.from(webhooks[0].clientConfig.caBundle, "base64").toString();
  }

  /** Calls a Pod of the gate over a new connection and verifies its certificate with `ca`. */
  servedCertificate(ca: string): Promise<ServedCertificate> {
    return readServedCertificate(this.address, ca);
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
