import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import type { ChildService } from "../cluster/ChildService.ts";
import type { Cluster } from "../cluster/Cluster.ts";
import type { KubeObject } from "../cluster/ClusterApi.ts";
import { renewCertificate } from "../cluster/renewCertificate.ts";
import { startCertManager } from "../cluster/startCertManager.ts";
import { startCluster } from "../cluster/startCluster.ts";
import { ON_POD_RUNNER, startPodRunner } from "../cluster/startPodRunner.ts";
import { TestNamespace } from "../cluster/TestNamespace.ts";
import { eventually } from "../run/eventually.ts";
import { containerBundle, gateBundle } from "../run/gateBundle.ts";
import { patience, scaled } from "../run/speedFactor.ts";
import { AdmissionLoad } from "./AdmissionLoad.ts";
import { apiPathOf } from "./apiPathOf.ts";
import { inSeconds } from "./inSeconds.ts";
import { applyAll } from "./registerGate.ts";
import { renderGate } from "./renderGate.ts";
import { reserveServiceAddress } from "./reserveServiceAddress.ts";
import { Started } from "./Started.ts";
import { kubeconfigWith } from "./SyncBed.ts";

const GATE = fileURLToPath(new URL("gates/sync.ts", import.meta.url));
const BASE = fileURLToPath(new URL("../../infra/kubernetes/base", import.meta.url));
const COMPONENT = fileURLToPath(new URL("../../infra/kubernetes/components/rollout", import.meta.url));
const CERT_MANAGER = "cert-manager.io/v1";
/** For a rollout to end. In milliseconds. */
const PATIENCE = patience(90_000);
/** For a workload's first Pods: less than kubectl is given, so that it says what it waited for. */
const FIRST_ROLLOUT = `--timeout=${inSeconds(patience(50_000))}s`;
/** Where the image has its one file, and functions/node.ts its bundle. */
const [CONTROLLER, GATE_BUNDLE] = ["postern.mjs", "gate.mjs"];

/** What a workload of the gate is made of, beside its kind. */
export interface WorkloadParts {
  readonly kind?: "Deployment" | "StatefulSet" | "DaemonSet";
  readonly replicas?: number;
  /** Merged into the spec. */
  readonly spec?: object;
  /** More of the container's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** The Secret that is mounted; default: the Certificate's own. */
  readonly secret?: string;
  /** Whether it is mounted as a whole, so that the gate follows it; default: no. The annotations are then files in `/etc/pod`. */
  readonly isFollowed?: boolean;
}

/**
 * A cluster with cert-manager, a gate whose Pods are real processes and take their certificate up when they start, as
 * servers do that cannot reload, and the controller as the image has it, with its own ServiceAccount.
 */
export class RolloutBed {
  readonly cluster: Cluster;
  readonly ns: TestNamespace;
  readonly kubeconfig: string;
  /** Of the controller's ServiceAccount. */
  token = "";
  /** Of the gate's Service. */
  readonly address: string;
  readonly #started: Started;
  readonly #folder: string;
  #controllers = 0;
  #registered: KubeObject[] = [];

  private constructor(cluster: Cluster, ns: TestNamespace, address: string, started: Started, folder: string) {
    this.cluster = cluster;
    this.ns = ns;
    this.address = address;
    this.#started = started;
    this.#folder = folder;
    this.kubeconfig = join(folder, "rollout-kubeconfig");
  }

  static async start(): Promise<RolloutBed> {
    const started = new Started();
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
        writeFile(join(folder, CONTROLLER), controller),
      ]);
      const bed = new RolloutBed(cluster, ns, address, started, folder);
      await Promise.all([bed.#install(), bed.#issuers()]);
      return bed;
    } catch (error) {
      await started.stop();
      throw error;
    }
  }

  /** Makes a Certificate, and waits until it is issued. */
  async certificate(
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

  /** Makes the gate's workload, `name`, for the Certificate `certificate`, and waits until it is rolled out. */
  async workload(name: string, certificate: string, parts: WorkloadParts = {}): Promise<void> {
    const { kind = "Deployment", replicas = 2, spec = {}, env = {}, secret = certificate, isFollowed = false } = parts;
    const labels = { app: name };
    // A Secret that is mounted by its files stays as it was: such Pods have to be replaced.
    const mounts = isFollowed
      ? [
          { name: "tls", mountPath: "/etc/tls" },
          { name: "pod", mountPath: "/etc/pod" },
        ]
      : ["tls.crt", "tls.key", "ca.crt"].map((key) => ({ name: "tls", mountPath: `/etc/tls/${key}`, subPath: key }));
    const object = {
      metadata: { name },
      spec: {
        ...(kind === "DaemonSet" ? {} : { replicas }),
        ...(kind === "StatefulSet" ? { serviceName: name } : {}),
        selector: { matchLabels: labels },
        ...spec,
        template: {
          metadata: { labels },
          spec: {
            ...ON_POD_RUNNER,
            terminationGracePeriodSeconds: inSeconds(patience(20_000)),
            containers: [
              {
                name: "gate",
                image: "none",
                command: [process.execPath, join(this.#folder, GATE_BUNDLE)],
                env: [
                  { name: "POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
                  ...Object.entries({
                    POSTERN_HOST: "$(POD_IP)",
                    POSTERN_CERT: "/etc/tls/tls.crt",
                    POSTERN_KEY: "/etc/tls/tls.key",
                    POSTERN_CA: "/etc/tls/ca.crt",
                    ...env,
                  }).map(([key, value]) => ({ name: key, value })),
                ],
                ports: [{ name: "https", containerPort: 8443 }],
                readinessProbe: {
                  httpGet: { scheme: "HTTPS", port: "https", path: "/readyz" },
                  periodSeconds: 1,
                  timeoutSeconds: inSeconds(patience(2_000)),
                },
                volumeMounts: mounts,
              },
            ],
            volumes: [
              { name: "tls", secret: { secretName: secret } },
              { name: "pod", downwardAPI: { items: ["certificate-revision"].map(annotationFile) } },
            ],
          },
        },
      },
    };
    const { status, body } = await this.cluster.api.create(this.path(kind, ""), object);
    if (status !== 201) throw new Error(body.message);
    const rolled = await this.cluster.kubectl([
      "-n",
      this.ns.name,
      "rollout",
      "status",
      `${kind.toLowerCase()}/${name}`,
      FIRST_ROLLOUT,
    ]);
    if (rolled.code !== 0) throw new Error(`${rolled.stderr}${rolled.stdout}`);
  }

  /** Puts a Service in front of a workload's Pods and registers the gate there, for one at a time; resolves to what loads it. */
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

  /** Takes back what {@link register} did, so that no create needs the gate any more. */
  async unregister(): Promise<void> {
    for (const object of this.#registered.splice(0).reverse()) await this.cluster.api.delete(apiPathOf(object).path);
  }

  /** Changes annotations of a Certificate; null takes one away. */
  async annotate(name: string, annotations: Readonly<Record<string, string | null>>): Promise<void> {
    const { status, body } = await this.cluster.api.merge(this.ns.path(CERT_MANAGER, "certificates", name), {
      metadata: { annotations },
    });
    if (status !== 200) throw new Error(body.message);
  }

  /** Changes what a Certificate is for, and waits until it is issued anew. Resolves to its revision. */
  async respec(name: string, spec: object): Promise<number> {
    const before = await this.revision(name);
    const { status, body } = await this.cluster.api.merge(this.ns.path(CERT_MANAGER, "certificates", name), { spec });
    if (status !== 200) throw new Error(body.message);
    return this.#later(name, before);
  }

  /** Takes a Certificate and its workload away, where they are there, with the workload's Pods. */
  async remove(kind: string, name: string): Promise<void> {
    await this.cluster.api.delete(this.ns.path(CERT_MANAGER, "certificates", name));
    // Of a Secret that is there already, cert-manager would issue nothing, and give no revision.
    await this.cluster.api.delete(this.ns.path("secrets", name));
    await this.cluster.api.delete(this.path(kind, name));
    await eventually(`the Pods of ${name} to be gone`, async () => {
      const { body } = await this.cluster.api.get(this.ns.path("pods"), { query: { labelSelector: `app=${name}` } });
      return body.items.length === 0 ? true : undefined;
    });
  }

  /** Has cert-manager renew a Certificate, and waits until it has. Resolves to its revision. */
  async renew(name: string): Promise<number> {
    const before = await this.revision(name);
    await renewCertificate(this.cluster.api, this.ns.path(CERT_MANAGER, "certificates", name));
    return this.#later(name, before);
  }

  #later(name: string, revision: number): Promise<number> {
    return eventually(`a revision of ${name} after ${revision}`, async () => {
      const now = await this.revision(name);
      return now > revision ? now : undefined;
    });
  }

  /** Runs the controller, as its ServiceAccount. */
  controller(args: readonly string[] = [], kubeconfig = this.kubeconfig): Promise<ChildService> {
    this.#controllers += 1;
    return this.cluster.run({
      name: `rollout-${this.#controllers}`,
      file: process.execPath,
      args: [
        join(this.#folder, CONTROLLER),
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

  /** Waits until a Certificate's condition RolledOut is of that status, for a revision. Resolves to the condition. */
  async condition(
    name: string,
    status: string,
    revision: number,
    reason?: string,
    limitMs = PATIENCE,
  ): Promise<KubeObject> {
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
      limitMs,
    );
  }

  /** Has the controller look at a Certificate anew, and waits until it has: it says again what it found. */
  async lookAgain(name: string): Promise<void> {
    const path = this.ns.path(CERT_MANAGER, "certificates", name);
    const { body } = await this.cluster.api.get(path);
    const others = body.status.conditions.filter(({ type }: KubeObject) => type !== "RolledOut");
    const { resourceVersion } = body.metadata;
    const { status } = await this.cluster.api.merge(`${path}/status`, {
      metadata: { resourceVersion },
      status: { conditions: others },
    });
    if (status === 409) return this.lookAgain(name);
    if (status !== 200) throw new Error(`${name}: ${status}`);
    await eventually(`the condition RolledOut of ${name}, written again`, async () => {
      const { conditions } = (await this.cluster.api.get(path)).body.status;
      return conditions.some(({ type }: KubeObject) => type === "RolledOut") ? true : undefined;
    });
  }

  /** Where a workload's rollout is, of that revision where one is named; undefined where it has none. */
  async phase(kind: string, name: string, revision?: number): Promise<string | undefined> {
    const { metadata } = await this.live(kind, name);
    const text = metadata.annotations?.["postern.dev/rollout-state"];
    const state = text === undefined ? undefined : JSON.parse(text);
    return revision === undefined || state?.revision === revision ? state?.phase : undefined;
  }

  /** What the Pods of a workload that are not about to go are marked with, and their names. */
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

  /** Reasons of the Events about a Certificate, the first first. */
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

  /** When the certificate that a Certificate has now ends, in milliseconds since 1970. */
  async notAfter(name: string): Promise<number> {
    const { body } = await this.cluster.api.get(this.ns.path(CERT_MANAGER, "certificates", name));
    return Date.parse(body.status.notAfter);
  }

  /** PEM of the CA that signs. */
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

  /** The manifests as they are shipped, without Pods of the image. */
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
    await writeFile(this.kubeconfig, kubeconfigWith(this.cluster.place, this.token));
  }

  async #issuers(): Promise<void> {
    const make = async (kind: "Issuer" | "Certificate", name: string, spec: object): Promise<void> => {
      const object = { apiVersion: CERT_MANAGER, kind, metadata: { name }, spec };
      const { status, body } = await this.cluster.api.create(
        this.ns.path(CERT_MANAGER, `${kind.toLowerCase()}s`),
        object,
      );
      if (status !== 201) throw new Error(body.message);
    };
    await make("Issuer", "self-signed", { selfSigned: {} });
    await make("Certificate", "ca", {
      isCA: true,
      commonName: "gates' CA",
      secretName: "ca",
      privateKey: { algorithm: "ECDSA", size: 256 },
      issuerRef: { name: "self-signed" },
    });
    await make("Issuer", "ca", { ca: { secretName: "ca" } });
  }
}

const removeFolder = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true });

function annotationFile(name: string): KubeObject {
  return { path: name, fieldRef: { fieldPath: `metadata.annotations['postern.dev/${name}']` } };
}

/** As for a gate that is served from the cluster itself: it is not asked about its own Pods. */
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
