import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { exportJWK, generateKeyPair, type JWK } from "jose";
import type { Cluster } from "../../../cluster/Cluster.ts";
import type { KubeObject } from "../../../cluster/ClusterApi.ts";
import { startCluster } from "../../../cluster/startCluster.ts";
import { eventually } from "../../../run/eventually.ts";
import { apiPathOf } from "../../api/apiPathOf.ts";
import { tokenKubeconfig } from "../../api/tokenKubeconfig.ts";
import type { EdgeProvider, GateEdge, TrustedCa } from "../../edges/GateEdge.ts";
import { type EdgeCa, switchingEdges } from "../../edges/SwitchingEdge.ts";
import gate from "../../gates/sync.ts";
import { applyAll } from "../../registration/registerGate.ts";
import { POSTERN, renderGate } from "../../registration/renderGate.ts";
import { StartedResources } from "../../run/StartedResources.ts";
import { type SyncConfigInput, syncConfigFiles } from "./syncConfigFiles.ts";

const GATE = new URL("../../gates/sync.ts", import.meta.url).pathname;
const BASE = fileURLToPath(new URL("../../../../infra/kubernetes/base", import.meta.url));
/** The ConfigMap with the hosts that the sync may write. */
export const SETTINGS = "/api/v1/namespaces/postern-system/configmaps/postern-sync";
const ADMISSION = "/apis/admissionregistration.k8s.io/v1";
/** The production registrations and the canary. */
export const VALIDATING = `${ADMISSION}/validatingwebhookconfigurations/postern`;
export const MUTATING = `${ADMISSION}/mutatingwebhookconfigurations/postern`;
export const CANARY = `${ADMISSION}/validatingwebhookconfigurations/postern.canary`;
/** The Lease of the sync. */
export const LEASE = "/apis/coordination.k8s.io/v1/namespaces/postern-system/leases/postern-sync";
/** Exit code and output of a run of the sync. The code is null when the process was killed. */
export interface SyncResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface SyncBedParts<Ca extends TrustedCa> {
  readonly cluster: Cluster;
  readonly edge: GateEdge<Ca>;
  readonly provider: EdgeProvider<Ca>;
  readonly signingKey: JWK;
  readonly publicKey: JWK;
  readonly token: string;
  readonly started: StartedResources;
}

/** A cluster, an edge that can switch between two CAs, and the sync. */
export class SyncBed<Ca extends TrustedCa = EdgeCa> {
  readonly cluster: Cluster;
  readonly edge: GateEdge<Ca>;
  readonly cas: { readonly old: Ca; readonly next: Ca };
  readonly signingKey: JWK;
  /** Token of the sync's ServiceAccount. */
  readonly token: string;
  readonly #provider: EdgeProvider<Ca>;
  readonly #publicKey: JWK;
  readonly #started: StartedResources;
  readonly #rendered = new Map<string, Promise<KubeObject[]>>();
  #configs = 0;

  private constructor(parts: SyncBedParts<Ca>) {
    this.cluster = parts.cluster;
    this.edge = parts.edge;
    this.cas = parts.provider.cas;
    this.#provider = parts.provider;
    this.signingKey = parts.signingKey;
    this.#publicKey = parts.publicKey;
    this.token = parts.token;
    this.#started = parts.started;
  }

  /**
   * Starts a bed with edges in this process. `controllers` starts the controllers of Kubernetes, which run the CronJob.
   */
  static async start({ controllers = false } = {}): Promise<SyncBed> {
    return SyncBed.startWith(await switchingEdges(), { controllers });
  }

  /** Starts a bed with the edges of `provider`. Stopping the bed stops the provider. */
  static async startWith<Ca extends TrustedCa>(
    provider: EdgeProvider<Ca>,
    { controllers = false } = {},
  ): Promise<SyncBed<Ca>> {
    const { old, next } = provider.cas;
    const folder = await mkdtemp(join(tmpdir(), "postern-sync-"));
    const started = new StartedResources();
    await started.add(Promise.resolve(folder), (it) => rm(it, { recursive: true, force: true }));
    await started.add(Promise.resolve(provider), (it) => it.stop());
    try {
      // The root store of the API server's host. It has the next CA, as if that were a public CA, and not the old one.
      await writeFile(join(folder, "roots.pem"), next.root);
      process.env.SSL_CERT_FILE = join(folder, "roots.pem");
      const keys = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
      const [signingKey, publicKey] = await Promise.all([exportJWK(keys.privateKey), exportJWK(keys.publicKey)]);
      const [cluster, edge] = await Promise.all([
        started.add(startCluster({ controllers }), (it) => it.stop()),
        started.add(provider.start(gate, signingKey, old), (it) => it.stop()),
      ]);
      const { code, stderr } = await cluster.kubectl(["apply", "-k", BASE]);
      if (code !== 0) throw new Error(stderr);
      await cluster.api.merge(SETTINGS, { data: { hosts: "127.0.0.1:*\n" } });
      const token = await tokenOf(cluster);
      await writeFile(join(cluster.place.folder, "sync-kubeconfig"), tokenKubeconfig(cluster.place, token));
      return new SyncBed({ cluster, edge, provider, signingKey, publicKey, token, started });
    } catch (error) {
      await started.stop();
      throw error;
    }
  }

  /** Starts another edge in front of the same gate. The caller stops it. */
  startEdge(ca: Ca): Promise<GateEdge<Ca>> {
    return this.#provider.start(gate, this.signingKey, ca);
  }

  /** Resolves to the objects of `postern render --sync`. They are rendered once for each CA and URL. */
  render(ca: string, url = this.edge.url): Promise<KubeObject[]> {
    const key = `${url} ${ca}`;
    const rendered = this.#rendered.get(key) ?? renderGate({ gate: GATE, url, ca, sync: true });
    this.#rendered.set(key, rendered);
    return rendered;
  }

  /** Replaces the registrations with those of `postern render --sync`. `ca` is their first trust bundle. */
  async register(ca: string, url = this.edge.url): Promise<void> {
    await this.replaceRegistrations(await this.render(ca, url));
  }

  /** Deletes the registrations among `objects`, then applies all objects. */
  async replaceRegistrations(objects: readonly KubeObject[]): Promise<void> {
    for (const object of objects)
      if (object.kind.endsWith("WebhookConfiguration")) await this.cluster.api.delete(apiPathOf(object).path);
    await applyAll(this.cluster, objects);
  }

  /** Writes a sync config and its root files. Resolves to the path of the config. */
  async writeConfig(input: SyncConfigInput): Promise<string> {
    this.#configs += 1;
    const folder = join(this.cluster.place.folder, `sync-${this.#configs}`);
    await mkdir(folder);
    for (const [name, text] of Object.entries(this.configFiles(input))) await writeFile(join(folder, name), text);
    return join(folder, "sync.yaml");
  }

  /** Returns the contents of a sync config and of its root files, by file name, as in a ConfigMap. */
  configFiles(input: SyncConfigInput): Record<string, string> {
    return syncConfigFiles(input, this.#publicKey);
  }

  /** Runs `postern sync --once` as a process. `onOutput` gets the output so far and may kill the process. */
  run(
    config: string,
    args: readonly string[] = [],
    onOutput?: (text: string, kill: () => void) => void,
  ): Promise<SyncResult> {
    const command = [POSTERN, "sync", "--once", "--config", config, "--kubeconfig", this.kubeconfig, ...args];
    const child = spawn(process.execPath, command);
    return resultOf(child, (text) => onOutput?.(text, () => child.kill("SIGKILL")));
  }

  /** Path of a kubeconfig of the sync's ServiceAccount. */
  get kubeconfig(): string {
    return join(this.cluster.place.folder, "sync-kubeconfig");
  }

  /** Runs `postern render --sync --diff`. Its exit code is 0 when the cluster matches the rendered objects. */
  diff(): Promise<SyncResult> {
    const args = ["render", "--gate", GATE, "--cluster", "e2e", "--url", this.edge.url, "--sync", "--diff"];
    return resultOf(spawn(process.execPath, [POSTERN, ...args, "--kubeconfig", this.cluster.kubeconfig]));
  }

  /** Deletes the Lease of a killed run, as if it had expired. */
  async deleteLease(): Promise<void> {
    await this.cluster.api.delete(LEASE);
  }

  /** Resolves when the Lease of a killed run has expired. */
  async leaseExpired(): Promise<void> {
    const { holderIdentity, renewTime, leaseDurationSeconds } = (await this.live(LEASE)).spec;
    if (!holderIdentity) throw new Error("the Lease has no holder");
    const end = Date.parse(renewTime) + leaseDurationSeconds * 1000;
    await eventually("the Lease to expire", () => (Date.now() > end ? true : undefined));
  }

  async live(path: string): Promise<KubeObject> {
    return (await this.cluster.api.get(path)).body;
  }

  stop(): Promise<void> {
    return this.#started.stop();
  }
}

/** Collects the output of a process. Resolves when the process has ended. */
export function resultOf(
  child: ChildProcessWithoutNullStreams,
  onOutput?: (text: string) => void,
): Promise<SyncResult> {
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
    onOutput?.(stdout);
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, stdout, stderr })));
}

/** Creates a token of the sync's ServiceAccount, as the Pods of the CronJob get. */
async function tokenOf({ api }: Cluster): Promise<string> {
  const path = "/api/v1/namespaces/postern-system/serviceaccounts/postern-sync/token";
  const { status, body } = await api.create(path, { spec: { expirationSeconds: 86_400 } });
  if (status !== 201) throw new Error(body.message);
  return body.status.token;
}

/** Returns the number of certificates in the bundle of each webhook. */
export function bundleSizes(registration: KubeObject): number[] {
  return registration.webhooks.map(({ clientConfig }: KubeObject) => {
    const pem = Buffer.from(clientConfig.caBundle ?? "", "base64").toString();
    return pem.match(/BEGIN CERTIFICATE/g)?.length ?? 0;
  });
}
