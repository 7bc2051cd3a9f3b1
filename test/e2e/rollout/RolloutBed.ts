import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import type { ChildService } from "../../cluster/ChildService.ts";
import type { Cluster } from "../../cluster/Cluster.ts";
import type { KubeObject } from "../../cluster/ClusterApi.ts";
import { renewCertificate } from "../../cluster/certmanager/renewCertificate.ts";
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

const GATE = fileURLToPath(new URL("../gates/sync.ts", import.meta.url));
const BASE = fileURLToPath(new URL("../../../infra/kubernetes/base", import.meta.url));
const COMPONENT = fileURLToPath(new URL("../../../infra/kubernetes/components/rollout", import.meta.url));
const CERT_MANAGER = "cert-manager.io/v1";
/** Enough for a rollout. */
const CONDITION_TIMEOUT_MS = patience(90_000);
/** For the first Pods of a workload. Shorter than the timeout of the kubectl process, so that kubectl prints its reason. */
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

/** A Certificate condition that a test waits for. */
export interface ExpectedCondition {
  readonly status: string;
  readonly revision: number;
  /** Default: any reason. */
  readonly reason?: string;
  readonly timeoutMs?: number;
}

/**
 * A cluster with cert-manager, a gate and the rollout controller. The Pods of the gate are real processes. They load their
 * certificate only at their start, like servers that cannot reload. The controller is the script of the image and runs with
 * its own ServiceAccount.
 */
export class RolloutBed {
  readonly cluster: Cluster;
  readonly ns: TestNamespace;
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
      await Promise.all([bed.#install(), bed.#issuers()]);
      return bed;
    } catch (error) {
      await started.stop();
      throw error;
    }
  }

  /** Creates a Certificate and waits until it is issued. */
  async createCertificate(
    name: string,
    annotations: Readonly<Record<string, string>>,
    spec: Readonly<Record<string, unknown>> = {},
  ): Promise<void> {
    const { status, body } = await this.cluster.api.create(this.ns.path(CERT_MANAGER, "certificates"), {
      apiVersion: CERT_MANAGER,
      kind: "Certificate",
      metadata: { name, annotations },
      spec: {
        secretName: name,
        dnsNames: ["gate.example.com"],
        ipAddresses: [this.address],
        duration: "2h",
        renewBefore: "30m",
        privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
        issuerRef: { name: "ca" },
        ...spec,
      },
    });
    if (status !== 201) throw new Error(body.message);
    await eventually(`Certificate ${name}`, async () => ((await this.revision(name)) >= 1 ? true : undefined));
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
   * Creates a Service for the Pods of a workload and registers the gate at its address. Only one workload can be registered at
   * a time. Resolves to a load for the gate.
   */
  async register(app: string): Promise<AdmissionLoad> {
    const service = {
      metadata: { name: app },
      spec: { clusterIP: this.address, selector: { app }, ports: [{ port: 443, targetPort: "https" }] },
    };
    const { status, body } = await this.cluster.api.create(this.ns.path("services"), service);
    if (status !== 201) throw new Error(body.message);
    this.#registered = [{ apiVersion: "v1", kind: "Service", metadata: { name: app, namespace: this.ns.name } }];
    const objects = await renderGate({ gate: GATE, url: `https://${this.address}`, ca: await this.root() });
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

  /** Changes annotations of a Certificate. The value null removes an annotation. */
  async annotate(name: string, annotations: Readonly<Record<string, string | null>>): Promise<void> {
    const { status, body } = await this.cluster.api.merge(this.ns.path(CERT_MANAGER, "certificates", name), {
      metadata: { annotations },
    });
    if (status !== 200) throw new Error(body.message);
  }

  /** Changes the spec of a Certificate and waits until it is issued again. Resolves to its revision. */
  async changeSpec(name: string, spec: object): Promise<number> {
    const before = await this.revision(name);
    const { status, body } = await this.cluster.api.merge(this.ns.path(CERT_MANAGER, "certificates", name), { spec });
    if (status !== 200) throw new Error(body.message);
    return this.#revisionAfter(name, before);
  }

  /** Deletes a Certificate and its workload, if they exist, and waits until the Pods are gone. */
  async remove(kind: string, name: string): Promise<void> {
    await this.cluster.api.delete(this.ns.path(CERT_MANAGER, "certificates", name));
    // With an existing Secret, cert-manager would issue nothing for the next Certificate and set no revision.
    await this.cluster.api.delete(this.ns.path("secrets", name));
    await this.cluster.api.delete(this.path(kind, name));
    await eventually(`the Pods of ${name} to be gone`, async () => {
      const { body } = await this.cluster.api.get(this.ns.path("pods"), { query: { labelSelector: `app=${name}` } });
      return body.items.length === 0 ? true : undefined;
    });
  }

  /** Makes cert-manager renew a Certificate and waits until it has. Resolves to its revision. */
  async renew(name: string): Promise<number> {
    const before = await this.revision(name);
    await renewCertificate(this.cluster.api, this.ns.path(CERT_MANAGER, "certificates", name));
    return this.#revisionAfter(name, before);
  }

  #revisionAfter(name: string, revision: number): Promise<number> {
    return eventually(`a revision of ${name} after ${revision}`, async () => {
      const now = await this.revision(name);
      return now > revision ? now : undefined;
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

  /** Waits until the condition RolledOut of a Certificate is as expected. Resolves to the condition. */
  async waitForCondition(name: string, expected: ExpectedCondition): Promise<KubeObject> {
    const { status, revision, reason, timeoutMs = CONDITION_TIMEOUT_MS } = expected;
    return eventually(
      `RolledOut=${status} of ${name} at revision ${revision}`,
      async () => {
        const { body } = await this.cluster.api.get(this.ns.path(CERT_MANAGER, "certificates", name));
        if (body.status.revision !== revision) return undefined;
        const found = body.status.conditions.find(({ type }: KubeObject) => type === "RolledOut");
        const isOfRevision = status !== "True" || found?.message.includes(`revision ${revision},`);
        return found?.status === status && isOfRevision && (reason === undefined || found.reason === reason)
          ? found
          : undefined;
      },
      timeoutMs,
    );
  }

  /** Makes the controller reconcile a Certificate again, and waits until it has written the condition again. */
  async reconcileAgain(name: string): Promise<void> {
    const path = this.ns.path(CERT_MANAGER, "certificates", name);
    const { body } = await this.cluster.api.get(path);
    const others = body.status.conditions.filter(({ type }: KubeObject) => type !== "RolledOut");
    const { resourceVersion } = body.metadata;
    const { status } = await this.cluster.api.merge(`${path}/status`, {
      metadata: { resourceVersion },
      status: { conditions: others },
    });
    if (status === 409) return this.reconcileAgain(name);
    if (status !== 200) throw new Error(`${name}: ${status}`);
    await eventually(`the controller to write the condition RolledOut of ${name} again`, async () => {
      const { conditions } = (await this.cluster.api.get(path)).body.status;
      return conditions.some(({ type }: KubeObject) => type === "RolledOut") ? true : undefined;
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

  /** Reasons of the controller's Events about a Certificate, in order of time. */
  async events(name: string): Promise<string[]> {
    const { body } = await this.cluster.api.get(this.ns.path("events.k8s.io/v1", "events"));
    const certificate = await this.cluster.api.get(this.ns.path(CERT_MANAGER, "certificates", name));
    return body.items
      .filter(
        ({ regarding, reportingController }: KubeObject) =>
          regarding.uid === certificate.body.metadata.uid && reportingController === "postern.dev/rollout",
      )
      .sort((left: KubeObject, right: KubeObject) => (left.eventTime < right.eventTime ? -1 : 1))
      .map(({ reason }: KubeObject) => reason);
  }

  async revision(name: string): Promise<number> {
    const { body } = await this.cluster.api.get(this.ns.path(CERT_MANAGER, "certificates", name));
    const isReady = body.status?.conditions?.some(
      ({ type, status }: KubeObject) => type === "Ready" && status === "True",
    );
    return isReady ? (body.status.revision ?? 0) : 0;
  }

  /** End of the current certificate of a Certificate, in milliseconds since 1970. */
  async notAfter(name: string): Promise<number> {
    const { body } = await this.cluster.api.get(this.ns.path(CERT_MANAGER, "certificates", name));
    return Date.parse(body.status.notAfter);
  }

  /** The issuing CA, in PEM. */
  async root(): Promise<string> {
    const { body } = await this.cluster.api.get(this.ns.path("secrets", "ca"));
    return Buffer.from(body.data["tls.crt"], "base64").toString();
  }

  path(kind: string, name: string): string {
    return this.ns.path("apps/v1", `${kind.toLowerCase()}s${name === "" ? "" : `/${name}`}`);
  }

  stop(): Promise<void> {
    return this.#started.stop();
  }

  /** Applies the shipped manifests. No Pod of the image runs. */
  async #install(): Promise<void> {
    const overlay = join(this.#folder, "overlay");
    await mkdir(overlay);
    await symlink(BASE, join(overlay, "base"));
    await symlink(COMPONENT, join(overlay, "rollout"));
    await writeFile(
      join(overlay, "kustomization.yaml"),
      stringify({ resources: ["./base"], components: ["./rollout"] }),
    );
    const { code, stderr } = await this.cluster.kubectl(["apply", "--server-side", "-k", overlay]);
    if (code !== 0) throw new Error(stderr);
    const { status, body } = await this.cluster.api.create(
      "/api/v1/namespaces/postern-system/serviceaccounts/postern-rollout/token",
      { spec: { expirationSeconds: 7200 } },
    );
    if (status !== 201) throw new Error(body.message);
    this.token = body.status.token;
    await writeFile(this.kubeconfig, tokenKubeconfig(this.cluster.place, this.token));
  }

  async #issuers(): Promise<void> {
    const create = async (kind: "Issuer" | "Certificate", name: string, spec: object): Promise<void> => {
      const object = { apiVersion: CERT_MANAGER, kind, metadata: { name }, spec };
      const { status, body } = await this.cluster.api.create(
        this.ns.path(CERT_MANAGER, `${kind.toLowerCase()}s`),
        object,
      );
      if (status !== 201) throw new Error(body.message);
    };
    await create("Issuer", "self-signed", { selfSigned: {} });
    await create("Certificate", "ca", {
      isCA: true,
      commonName: "gates' CA",
      secretName: "ca",
      privateKey: { algorithm: "ECDSA", size: 256 },
      issuerRef: { name: "self-signed" },
    });
    await create("Issuer", "ca", { ca: { secretName: "ca" } });
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
