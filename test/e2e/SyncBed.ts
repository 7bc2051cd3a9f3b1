import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { exportJWK, generateKeyPair, type JWK } from "jose";
import { stringify } from "yaml";
import type { Cluster } from "../cluster/Cluster.ts";
import type { KubeObject } from "../cluster/ClusterApi.ts";
import { startCluster } from "../cluster/startCluster.ts";
import { eventually } from "../run/eventually.ts";
import { patience } from "../run/speedFactor.ts";
import { apiPathOf } from "./apiPathOf.ts";
import type { EdgeProvider, GateEdge, TrustedCa } from "./GateEdge.ts";
import gate from "./gates/sync.ts";
import { applyAll } from "./registerGate.ts";
import { POSTERN, renderGate } from "./renderGate.ts";
import { Started } from "./Started.ts";
import { type EdgeCa, switchingEdges } from "./SwitchingEdge.ts";

const GATE = new URL("gates/sync.ts", import.meta.url).pathname;
const BASE = fileURLToPath(new URL("../../infra/kubernetes/base", import.meta.url));
/** The ConfigMap with the hosts that the sync may write. */
export const SETTINGS = "/api/v1/namespaces/postern-system/configmaps/postern-sync";
const ADMISSION = "/apis/admissionregistration.k8s.io/v1";
/** The registrations that matter. */
export const VALIDATING = `${ADMISSION}/validatingwebhookconfigurations/postern`;
export const MUTATING = `${ADMISSION}/mutatingwebhookconfigurations/postern`;
export const CANARY = `${ADMISSION}/validatingwebhookconfigurations/postern.canary`;
/** The sync's own. */
export const LEASE = "/apis/coordination.k8s.io/v1/namespaces/postern-system/leases/postern-sync";
/**
 * Nothing of a run's own ends for want of time. A Lease that a killed run leaves is over soon; one that goes on has no other
 * beside it that would take it.
 */
const TIMEOUTS = {
  handshake: inConfig(patience(2_000)),
  probe: inConfig(patience(20_000)),
  canary: inConfig(patience(10_000)),
  lease: "1s",
};

/** How a run of the sync ended. */
export interface SyncResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a run is to bring about. */
export interface Wanted {
  readonly roots: readonly TrustedCa[];
  readonly url?: string;
  readonly soak?: string;
  /** Other members of the config. */
  readonly more?: MoreConfig;
}

/** Members of a sync's config; `timeouts` beside those that the bed has. */
export interface MoreConfig {
  readonly timeouts?: Readonly<Record<string, string>>;
  readonly [member: string]: unknown;
}

/** A time in milliseconds as the sync's config has it. */
export function inConfig(milliseconds: number): string {
  // It has six digits at most.
  return milliseconds < 1_000_000 ? `${milliseconds}ms` : `${Math.ceil(milliseconds / 1000)}s`;
}

/** A cluster, an edge with two CAs to choose from, and the sync between them. */
export class SyncBed<Ca extends TrustedCa = EdgeCa> {
  readonly cluster: Cluster;
  readonly edge: GateEdge<Ca>;
  readonly cas: { readonly old: Ca; readonly next: Ca };
  readonly signingKey: JWK;
  /** Of the sync's ServiceAccount. */
  readonly token: string;
  readonly #provider: EdgeProvider<Ca>;
  readonly #publicKey: JWK;
  readonly #started: Started;
  readonly #rendered = new Map<string, Promise<KubeObject[]>>();
  #configs = 0;

  private constructor(
    cluster: Cluster,
    edge: GateEdge<Ca>,
    provider: EdgeProvider<Ca>,
    keys: { signing: JWK; public: JWK },
    token: string,
    started: Started,
  ) {
    this.#started = started;
    this.token = token;
    this.cluster = cluster;
    this.edge = edge;
    this.cas = provider.cas;
    this.#provider = provider;
    this.signingKey = keys.signing;
    this.#publicKey = keys.public;
  }

  /** With edges in this process. `controllers`: for the CronJob to run. */
  static async start({ controllers = false } = {}): Promise<SyncBed> {
    return SyncBed.startWith(await switchingEdges(), { controllers });
  }

  /** With the edges of `provider`, which is stopped with it. */
  static async startWith<Ca extends TrustedCa>(
    provider: EdgeProvider<Ca>,
    { controllers = false } = {},
  ): Promise<SyncBed<Ca>> {
    const { old, next } = provider.cas;
    const folder = await mkdtemp(join(tmpdir(), "postern-sync-"));
    const started = new Started();
    await started.add(Promise.resolve(folder), (it) => rm(it, { recursive: true, force: true }));
    await started.add(Promise.resolve(provider), (it) => it.stop());
    try {
      // The roots of the API server's host: the next CA is a public one, say, and the old one is not.
      await writeFile(join(folder, "roots.pem"), next.root);
      process.env.SSL_CERT_FILE = join(folder, "roots.pem");
      const keys = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
      const [signing, publicKey] = await Promise.all([exportJWK(keys.privateKey), exportJWK(keys.publicKey)]);
      const [cluster, edge] = await Promise.all([
        started.add(startCluster({ controllers }), (it) => it.stop()),
        started.add(provider.start(gate, signing, old), (it) => it.stop()),
      ]);
      const { code, stderr } = await cluster.kubectl(["apply", "-k", BASE]);
      if (code !== 0) throw new Error(stderr);
      await cluster.api.merge(SETTINGS, { data: { hosts: "127.0.0.1\n" } });
      const token = await tokenOf(cluster);
      await writeFile(join(cluster.place.folder, "sync-kubeconfig"), kubeconfigWith(cluster.place, token));
      return new SyncBed(cluster, edge, provider, { signing, public: publicKey }, token, started);
    } catch (error) {
      await started.stop();
      throw error;
    }
  }

  /** Another edge in front of the same gate. Whoever starts it stops it. */
  startEdge(ca: Ca): Promise<GateEdge<Ca>> {
    return this.#provider.start(gate, this.signingKey, ca);
  }

  /** What `postern render --sync` prints for the gate. It is printed once for each CA and URL. */
  rendered(ca: string, url = this.edge.url): Promise<KubeObject[]> {
    const key = `${url} ${ca}`;
    const rendered = this.#rendered.get(key) ?? renderGate({ gate: GATE, url, ca, sync: true });
    this.#rendered.set(key, rendered);
    return rendered;
  }

  /** Registers the gate anew as `postern render --sync` has it, with the trust that it starts with. */
  async register(ca: string, url = this.edge.url): Promise<void> {
    await this.registerAnew(await this.rendered(ca, url));
  }

  /** Applies rendered objects; registrations as if they had not been there. */
  async registerAnew(objects: readonly KubeObject[]): Promise<void> {
    for (const object of objects)
      if (object.kind.endsWith("WebhookConfiguration")) await this.cluster.api.delete(apiPathOf(object).path);
    await applyAll(this.cluster, objects);
  }

  /** Writes a config. Resolves to its path. */
  async config(wanted: Wanted): Promise<string> {
    this.#configs += 1;
    const folder = join(this.cluster.place.folder, `sync-${this.#configs}`);
    await mkdir(folder);
    for (const [name, text] of Object.entries(this.configFiles(wanted))) await writeFile(join(folder, name), text);
    return join(folder, "sync.yaml");
  }

  /** A config with the files that it names, by name, as a ConfigMap has them. */
  configFiles({ roots, url, soak = "1s", more: { timeouts = {}, ...more } = {} }: Wanted): Record<string, string> {
    const files = Object.fromEntries(roots.map(({ root }, index) => [`root-${index}.pem`, root]));
    const config = {
      gate: "postern",
      cluster: "e2e",
      ...(url === undefined ? {} : { url }),
      trust: { mode: "pin", roots: Object.keys(files).map((name) => `./${name}`) },
      selfTest: { publicKey: this.#publicKey },
      soak,
      jitter: "0s",
      hosts: ["127.0.0.1"],
      timeouts: { ...TIMEOUTS, ...timeouts },
      ...more,
    };
    return { ...files, "sync.yaml": stringify(config) };
  }

  /** Runs `postern sync` as a process. With `onOutput`, hears what it says, and may end it. */
  run(
    config: string,
    args: readonly string[] = [],
    onOutput?: (text: string, kill: () => void) => void,
  ): Promise<SyncResult> {
    const command = [POSTERN, "sync", "--once", "--config", config, "--kubeconfig", this.kubeconfig, ...args];
    const child = spawn(process.execPath, command);
    return ended(child, (text) => onOutput?.(text, () => child.kill("SIGKILL")));
  }

  /** Leads to the cluster as the sync's ServiceAccount. */
  get kubeconfig(): string {
    return join(this.cluster.place.folder, "sync-kubeconfig");
  }

  /** How `postern render --diff` ends: 0 where the cluster has what is rendered. */
  diff(): Promise<SyncResult> {
    const args = ["render", "--gate", GATE, "--cluster", "e2e", "--url", this.edge.url, "--sync", "--diff"];
    return ended(spawn(process.execPath, [POSTERN, ...args, "--kubeconfig", this.cluster.kubeconfig]));
  }

  /** What becomes of the Lease of a run that was killed, when its time is over. */
  async forgetLease(): Promise<void> {
    await this.cluster.api.delete(LEASE);
  }

  /** Resolves when the Lease of a run that was killed is over. */
  async leaseOver(): Promise<void> {
    const { holderIdentity, renewTime, leaseDurationSeconds } = (await this.live(LEASE)).spec;
    if (!holderIdentity) throw new Error("nobody has the Lease");
    const end = Date.parse(renewTime) + leaseDurationSeconds * 1000;
    await eventually("the Lease to be over", () => (Date.now() > end ? true : undefined));
  }

  async live(path: string): Promise<KubeObject> {
    return (await this.cluster.api.get(path)).body;
  }

  stop(): Promise<void> {
    return this.#started.stop();
  }
}

function ended(child: ChildProcessWithoutNullStreams, onOutput?: (text: string) => void): Promise<SyncResult> {
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

/** A token of the sync's own ServiceAccount, as the CronJob's Pods get one. */
async function tokenOf({ api }: Cluster): Promise<string> {
  const path = "/api/v1/namespaces/postern-system/serviceaccounts/postern-sync/token";
  const { status, body } = await api.create(path, { spec: { expirationSeconds: 86_400 } });
  if (status !== 201) throw new Error(body.message);
  return body.status.token;
}

/** A kubeconfig with a token. */
export function kubeconfigWith(place: { readonly server: string; readonly ca: string }, token: string): string {
  const ca = Buffer.from(place.ca).toString("base64");
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "test", cluster: { server: place.server, "certificate-authority-data": ca } }],
    users: [{ name: "sync", user: { token } }],
    contexts: [{ name: "test", context: { cluster: "test", user: "sync" } }],
    "current-context": "test",
  });
}

/** How many certificates each webhook's bundle has. */
export function bundleSizes(registration: KubeObject): number[] {
  return registration.webhooks.map(({ clientConfig }: KubeObject) => {
    const pem = Buffer.from(clientConfig.caBundle ?? "", "base64").toString();
    return pem.match(/BEGIN CERTIFICATE/g)?.length ?? 0;
  });
}
