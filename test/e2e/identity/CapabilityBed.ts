import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { exportJWK, generateKeyPair, type JWK } from "jose";
import type { CapabilitySettings } from "../../../src/identity/IdentitySettings.ts";
import type { Cluster } from "../../cluster/Cluster.ts";
import { freePorts } from "../../cluster/ports/freePorts.ts";
import { startCluster } from "../../cluster/startCluster.ts";
import { type NodeGateServer, startNodeGate } from "../edges/startNodeGate.ts";
import { StartedResources } from "../run/StartedResources.ts";
import { CANARY, MUTATING, VALIDATING } from "../sync/bed/SyncBed.ts";
import { posternOutput } from "./posternOutput.ts";
import { writeIdentityGate } from "./writeIdentityGate.ts";

const BASE = fileURLToPath(new URL("../../../infra/kubernetes/base", import.meta.url));
/** The ServiceAccount of the sync. */
export const SYNC_ACCOUNT = { namespace: "postern-system", name: "postern-sync" };

interface CapabilityBedParts {
  readonly cluster: Cluster;
  readonly gate: NodeGateServer;
  readonly module: string;
  readonly folder: string;
  readonly metricsPort: number;
  readonly capabilityKeys: string;
  readonly publicKey: JWK;
  readonly started: StartedResources;
}

/** An empty cluster, and a gate as a process that knows it by capabilities. The settings are those of `postern enroll`. */
export class CapabilityBed {
  readonly cluster: Cluster;
  readonly gate: NodeGateServer;
  /** Path of the module of the gate. */
  readonly module: string;
  readonly folder: string;
  readonly metricsPort: number;
  /** The value of POSTERN_CAPABILITY_KEYS. */
  readonly capabilityKeys: string;
  /** Verifies the gate's self-tests. */
  readonly publicKey: JWK;
  readonly started: StartedResources;

  private constructor(parts: CapabilityBedParts) {
    this.cluster = parts.cluster;
    this.gate = parts.gate;
    this.module = parts.module;
    this.folder = parts.folder;
    this.metricsPort = parts.metricsPort;
    this.capabilityKeys = parts.capabilityKeys;
    this.publicKey = parts.publicKey;
    this.started = parts.started;
  }

  /** `more` are further settings of the tier. */
  static async start(more: Pick<CapabilitySettings, "life" | "grace"> = {}): Promise<CapabilityBed> {
    const started = new StartedResources();
    try {
      const folder = await started.add(mkdtemp(join(tmpdir(), "postern-capability-")), (it) =>
        rm(it, { recursive: true, force: true }),
      );
      const cluster = await started.add(startCluster(), (it) => it.stop());
      const module = await writeIdentityGate(folder, { e2e: [{ ...(await enrolled(cluster)), ...more }] });
      await posternOutput(["keys", "new", "--out", join(folder, "keys.json")]);
      const capabilityKeys = await readFile(join(folder, "keys.json"), "utf8");
      const signing = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
      const [port = 0, metricsPort = 0] = await freePorts(2);
      const env = {
        POSTERN_CAPABILITY_KEYS: capabilityKeys,
        POSTERN_HOSTS: `localhost:${port}`,
        POSTERN_METRICS_PORT: String(metricsPort),
        POSTERN_SIGNING_KEY: JSON.stringify(await exportJWK(signing.privateKey)),
      };
      const gate = await started.add(startNodeGate(module, env, { port }), (it) => it.stop());
      await writeFile(join(folder, "gate-ca.pem"), gate.ca);
      const publicKey = await exportJWK(signing.publicKey);
      return new CapabilityBed({ cluster, gate, module, folder, metricsPort, capabilityKeys, publicKey, started });
    } catch (error) {
      await started.stop();
      throw error;
    }
  }

  /** Applies the shipped base, which has the ServiceAccount of the sync and what it may do. */
  async applyBase(): Promise<void> {
    await this.kubectl(["apply", "-k", BASE]);
  }

  /** Runs kubectl. Resolves to its output. Rejects with its errors. */
  async kubectl(args: readonly string[], input = ""): Promise<string> {
    const { code, stdout, stderr } = await this.cluster.kubectl(args, input);
    if (code !== 0) throw new Error(`kubectl ${args[0]}: ${stderr}`);
    return stdout;
  }

  /**
   * Registers the gate as the documentation says: a token of the sync's ServiceAccount, exchanged for a capability by
   * `postern render`, whose output is applied.
   */
  async register(): Promise<void> {
    const { namespace, name } = SYNC_ACCOUNT;
    const audience = `${this.gate.url}/token`;
    const token = ["create", "token", name, "-n", namespace, "--audience", audience, "--duration", "10m"];
    const yaml = await posternOutput(
      [
        ...["render", "--gate", this.module, "--cluster", "e2e", "--url", this.gate.url],
        ...["--ca", join(this.folder, "gate-ca.pem"), "--sync", "--sync-token", "-"],
      ],
      { stdin: await this.kubectl(token) },
    );
    await this.kubectl(["apply", "--server-side", "--field-manager=postern", "-f", "-"], yaml);
  }

  /** Registers the gate anew, with another capability in each URL. */
  async registerWith(capability: string): Promise<void> {
    const { url } = this.gate;
    const yaml = await posternOutput([
      ...["render", "--gate", this.module, "--cluster", "e2e", "--url", url, "--ca", join(this.folder, "gate-ca.pem")],
      ...["--sync", "--without-capability"],
    ]);
    const withCapability = yaml.replaceAll(`${url}/c/`, `${url}/k/${capability}/c/`);
    // The sync would report what others change in registrations that it has written.
    for (const path of [VALIDATING, MUTATING, CANARY]) await this.cluster.api.delete(path);
    const apply = ["apply", "--server-side", "--field-manager=postern", "-f", "-"];
    await this.kubectl(apply, withCapability);
  }

  /** The capabilities in the URLs of the production registrations, without repetition. */
  async capabilities(): Promise<string[]> {
    const urls = await Promise.all(
      [VALIDATING, MUTATING].map(async (path) => {
        const { webhooks = [] } = (await this.cluster.api.get(path)).body;
        return webhooks.map(({ clientConfig }: { clientConfig: { url: string } }): string => clientConfig.url);
      }),
    );
    return [...new Set(urls.flat().map(capabilityOf))];
  }

  stop(): Promise<void> {
    return this.started.stop();
  }
}

function capabilityOf(url: string): string {
  return /\/k\/([^/]+)\/c\//.exec(url)?.[1] ?? "none";
}

/** The settings that `postern enroll` prints for the cluster. Its issuer is not public, so they have the keys. */
async function enrolled({ kubeconfig }: Cluster): Promise<CapabilitySettings> {
  const args = ["enroll", "--cluster", "e2e", "--kubeconfig", kubeconfig, "--output", "json"];
  const { settings } = JSON.parse(await posternOutput(args));
  return settings.identity[0];
}
