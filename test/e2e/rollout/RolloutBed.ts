import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ChildService } from "../../cluster/ChildService.ts";
import type { Cluster } from "../../cluster/Cluster.ts";
import type { KubeObject } from "../../cluster/ClusterApi.ts";
import { startCertManager } from "../../cluster/certmanager/startCertManager.ts";
import { startCluster } from "../../cluster/startCluster.ts";
import { startPodRunner } from "../../cluster/startPodRunner.ts";
import { TestNamespace } from "../../cluster/TestNamespace.ts";
import { eventually } from "../../run/eventually.ts";
import { containerBundle, gateBundle } from "../../run/gateBundle.ts";
import { patience, scaled } from "../../run/speedFactor.ts";
import { apiPathOf } from "../api/apiPathOf.ts";
import { tokenKubeconfig } from "../api/tokenKubeconfig.ts";
import { AdmissionLoad } from "../load/AdmissionLoad.ts";
import { applyAll } from "../registration/registerGate.ts";
import { renderGate } from "../registration/renderGate.ts";
import { inSeconds } from "../run/inSeconds.ts";
import { reserveServiceAddress } from "../run/reserveServiceAddress.ts";
import { StartedResources } from "../run/StartedResources.ts";
import { gateWorkload, type WorkloadOptions } from "./gateWorkload.ts";
import { installRollout } from "./installRollout.ts";
import { TestCertificates } from "./TestCertificates.ts";

const GATE = fileURLToPath(new URL("../gates/sync.ts", import.meta.url));
/**
 * For the first Pods of a workload. Shorter than the timeout of the kubectl process, so that kubectl prints its reason.
 */
const FIRST_ROLLOUT_TIMEOUT = `--timeout=${inSeconds(patience(50_000))}s`;
/** File names of the script in the image and of the bundle of functions/node.ts. */
const [CONTROLLER_BUNDLE, GATE_BUNDLE] = ["postern.mjs", "gate.mjs"];

interface RolloutBedParts {
  readonly cluster: Cluster;
  readonly ns: TestNamespace;
  readonly address: string;
  readonly started: StartedResources;
  readonly folder: string;
}

/**
 * A cluster with cert-manager, a gate and the rollout controller. The Pods of the gate are real processes. They load
 * their certificate only at their start, like servers that cannot reload. The controller is the script of the image and
 * runs with its own ServiceAccount.
 */
export class RolloutBed {
  readonly cluster: Cluster;
  readonly ns: TestNamespace;
  readonly certificates: TestCertificates;
  /** Path of a kubeconfig of the controller's ServiceAccount. */
  readonly kubeconfig: string;
  /** Token of the controller's ServiceAccount. */
  token = "";
  /** Address of the gate's Service. */
  readonly address: string;
  readonly #started: StartedResources;
  readonly #folder: string;
  #controllers = 0;
  #registered: KubeObject[] = [];

  private constructor({ cluster, ns, address, started, folder }: RolloutBedParts) {
    this.cluster = cluster;
    this.ns = ns;
    this.certificates = new TestCertificates(cluster.api, ns, address);
    this.address = address;
    this.#started = started;
    this.#folder = folder;
    this.kubeconfig = join(folder, "rollout-kubeconfig");
  }

  static async start(): Promise<RolloutBed> {
    const started = new StartedResources();
    try {
      const folder = await started.add(mkdtemp(join(tmpdir(), "postern-rollout-")), removeFolder);
      const [cluster, address, gate, controller] = await Promise.all([
        started.add(startCluster({ controllers: true }), (it) => it.stop()),
        reserveServiceAddress(),
        gateBundle("node", GATE),
        containerBundle(),
      ]);
      const [ns] = await Promise.all([
        TestNamespace.create(cluster, "gates"),
        startPodRunner(cluster),
        startCertManager(cluster),
        writeFile(join(folder, GATE_BUNDLE), gate),
        writeFile(join(folder, CONTROLLER_BUNDLE), controller),
      ]);
      const bed = new RolloutBed({ cluster, ns, address, started, folder });
      const [token] = await Promise.all([installRollout(cluster, folder), bed.certificates.createIssuers()]);
      bed.token = token;
      await writeFile(bed.kubeconfig, tokenKubeconfig(cluster.place, token));
      return bed;
    } catch (error) {
      await started.stop();
      throw error;
    }
  }

  /** Creates a workload of the gate that serves the Certificate `certificate`. Waits until it is rolled out. */
  async createWorkload(name: string, certificate: string, options: WorkloadOptions = {}): Promise<void> {
    const { kind = "Deployment" } = options;
    const object = gateWorkload(name, { secret: certificate, ...options, bundle: join(this.#folder, GATE_BUNDLE) });
    const { status, body } = await this.cluster.api.create(this.path(kind, ""), object);
    if (status !== 201) throw new Error(body.message);
    const rolled = await this.cluster.kubectl([
      "-n",
      this.ns.name,
      "rollout",
      "status",
      `${kind.toLowerCase()}/${name}`,
      FIRST_ROLLOUT_TIMEOUT,
    ]);
    if (rolled.code !== 0) throw new Error(`${rolled.stderr}${rolled.stdout}`);
  }

  /**
   * Creates a Service for the Pods of a workload and registers the gate at its address. Only one workload can be
   * registered at a time. Resolves to a load for the gate.
   */
  async register(app: string): Promise<AdmissionLoad> {
    const service = {
      metadata: { name: app },
      spec: { clusterIP: this.address, selector: { app }, ports: [{ port: 443, targetPort: "https" }] },
    };
    const { status, body } = await this.cluster.api.create(this.ns.path("services"), service);
    if (status !== 201) throw new Error(body.message);
    this.#registered = [{ apiVersion: "v1", kind: "Service", metadata: { name: app, namespace: this.ns.name } }];
    const objects = await renderGate({
      gate: GATE,
      url: `https://${this.address}`,
      ca: await this.certificates.root(),
    });
    this.#registered.push(...objects.filter(({ kind }) => kind.endsWith("WebhookConfiguration")));
    await applyAll(
      this.cluster,
      objects.map((object) => withoutNamespace(object, this.ns.name)),
    );
    const load = await AdmissionLoad.prepare(this.cluster.api);
    await eventually("the gate to be called", async () => ((await load.create()) === "judged" ? true : undefined));
    return load;
  }

  /** Deletes the objects of {@link register}, so that creates no longer call the gate. */
  async unregister(): Promise<void> {
    for (const object of this.#registered.splice(0).reverse()) await this.cluster.api.delete(apiPathOf(object).path);
  }

  /** Deletes a Certificate and its workload, if they exist, and waits until the Pods are gone. */
  async remove(kind: string, name: string): Promise<void> {
    await this.cluster.api.delete(this.certificates.path(name));
    // With an existing Secret, cert-manager would issue nothing for the next Certificate and set no revision.
    await this.cluster.api.delete(this.ns.path("secrets", name));
    await this.cluster.api.delete(this.path(kind, name));
    await eventually(`the Pods of ${name} to be gone`, async () => {
      const { body } = await this.cluster.api.get(this.ns.path("pods"), { query: { labelSelector: `app=${name}` } });
      return body.items.length === 0 ? true : undefined;
    });
  }

  /** Starts a controller with its ServiceAccount. */
  startController(args: readonly string[] = [], kubeconfig = this.kubeconfig): Promise<ChildService> {
    this.#controllers += 1;
    return this.cluster.run({
      name: `rollout-${this.#controllers}`,
      file: process.execPath,
      args: [
        join(this.#folder, CONTROLLER_BUNDLE),
        "rollout",
        "--kubeconfig",
        kubeconfig,
        "--lease-namespace",
        "postern-system",
        "--lease-seconds",
        String(inSeconds(scaled(5_000))),
        "--resync",
        String(inSeconds(scaled(5_000))),
        ...args,
      ],
    });
  }

  /** Phase of the rollout of a workload. Undefined without a rollout, or when it is not of `revision`. */
  async phase(kind: string, name: string, revision?: number): Promise<string | undefined> {
    const { metadata } = await this.live(kind, name);
    const text = metadata.annotations?.["postern.dev/rollout-state"];
    const state = text === undefined ? undefined : JSON.parse(text);
    return revision === undefined || state?.revision === revision ? state?.phase : undefined;
  }

  /** Names and certificate annotations of the Pods of a workload that are not terminating. */
  async pods(app: string): Promise<{ name: string; revision: string; serial: string }[]> {
    const { body } = await this.cluster.api.get(this.ns.path("pods"), { query: { labelSelector: `app=${app}` } });
    return body.items
      .filter(({ metadata }: KubeObject) => metadata.deletionTimestamp === undefined)
      .map(({ metadata }: KubeObject) => ({
        name: metadata.name,
        revision: metadata.annotations?.["postern.dev/certificate-revision"] ?? "",
        serial: metadata.annotations?.["x-certificate-serial"] ?? "",
      }));
  }

  async live(kind: string, name: string): Promise<KubeObject> {
    return (await this.cluster.api.get(this.path(kind, name))).body;
  }

  path(kind: string, name: string): string {
    return this.ns.path("apps/v1", `${kind.toLowerCase()}s${name === "" ? "" : `/${name}`}`);
  }

  stop(): Promise<void> {
    return this.#started.stop();
  }
}

const removeFolder = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true });

/** Excludes a namespace from the webhooks of a registration: a gate in the cluster must not judge its own Pods. */
function withoutNamespace(object: KubeObject, name: string): KubeObject {
  for (const webhook of object.webhooks ?? [])
    webhook.namespaceSelector = {
      ...webhook.namespaceSelector,
      matchExpressions: [
        ...(webhook.namespaceSelector?.matchExpressions ?? []),
        { key: "kubernetes.io/metadata.name", operator: "NotIn", values: [name] },
      ],
    };
  return object;
}
