import type { ClusterApi, KubeObject } from "../../cluster/ClusterApi.ts";
import { renewCertificate } from "../../cluster/certmanager/renewCertificate.ts";
import type { TestNamespace } from "../../cluster/TestNamespace.ts";
import { eventually } from "../../run/eventually.ts";
import { patience } from "../../run/speedFactor.ts";

const CERT_MANAGER = "cert-manager.io/v1";
/** Enough for a rollout. */
const CONDITION_TIMEOUT_MS = patience(90_000);

/** A Certificate condition that a test waits for. */
export interface ExpectedCondition {
  readonly status: string;
  readonly revision: number;
  /** Default: any reason. */
  readonly reason?: string;
  readonly timeoutMs?: number;
}

/** The Certificates of a namespace, which cert-manager issues from a CA in the same namespace. */
export class TestCertificates {
  readonly #api: ClusterApi;
  readonly #ns: TestNamespace;
  readonly #address: string;

  /** `address` is an IP address in each certificate. */
  constructor(api: ClusterApi, ns: TestNamespace, address: string) {
    this.#api = api;
    this.#ns = ns;
    this.#address = address;
  }

  /** Creates a Certificate and waits until it is issued. */
  async create(
    name: string,
    annotations: Readonly<Record<string, string>>,
    spec: Readonly<Record<string, unknown>> = {},
  ): Promise<void> {
    const { status, body } = await this.#api.create(this.#ns.path(CERT_MANAGER, "certificates"), {
      apiVersion: CERT_MANAGER,
      kind: "Certificate",
      metadata: { name, annotations },
      spec: {
        secretName: name,
        dnsNames: ["gate.example.com"],
        ipAddresses: [this.#address],
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

  /** Changes annotations of a Certificate. The value null removes an annotation. */
  async annotate(name: string, annotations: Readonly<Record<string, string | null>>): Promise<void> {
    const { status, body } = await this.#api.merge(this.path(name), {
      metadata: { annotations },
    });
    if (status !== 200) throw new Error(body.message);
  }

  /** Changes the spec of a Certificate and waits until it is issued again. Resolves to its revision. */
  async changeSpec(name: string, spec: object): Promise<number> {
    const before = await this.revision(name);
    const { status, body } = await this.#api.merge(this.path(name), { spec });
    if (status !== 200) throw new Error(body.message);
    return this.#revisionAfter(name, before);
  }

  /** Makes cert-manager renew a Certificate and waits until it has. Resolves to its revision. */
  async renew(name: string): Promise<number> {
    const before = await this.revision(name);
    await renewCertificate(this.#api, this.path(name));
    return this.#revisionAfter(name, before);
  }

  #revisionAfter(name: string, revision: number): Promise<number> {
    return eventually(`a revision of ${name} after ${revision}`, async () => {
      const now = await this.revision(name);
      return now > revision ? now : undefined;
    });
  }

  /** Waits until the condition RolledOut of a Certificate is as expected. Resolves to the condition. */
  async waitForCondition(name: string, expected: ExpectedCondition): Promise<KubeObject> {
    const { status, revision, reason, timeoutMs = CONDITION_TIMEOUT_MS } = expected;
    return eventually(
      `RolledOut=${status} of ${name} at revision ${revision}`,
      async () => {
        const { body } = await this.#api.get(this.path(name));
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
    const path = this.path(name);
    const { body } = await this.#api.get(path);
    const others = body.status.conditions.filter(({ type }: KubeObject) => type !== "RolledOut");
    const { resourceVersion } = body.metadata;
    const { status } = await this.#api.merge(`${path}/status`, {
      metadata: { resourceVersion },
      status: { conditions: others },
    });
    if (status === 409) return this.reconcileAgain(name);
    if (status !== 200) throw new Error(`${name}: ${status}`);
    await eventually(`the controller to write the condition RolledOut of ${name} again`, async () => {
      const { conditions } = (await this.#api.get(path)).body.status;
      return conditions.some(({ type }: KubeObject) => type === "RolledOut") ? true : undefined;
    });
  }

  /** Reasons of the controller's Events about a Certificate, in order of time. */
  async events(name: string): Promise<string[]> {
    const { body } = await this.#api.get(this.#ns.path("events.k8s.io/v1", "events"));
    const certificate = await this.#api.get(this.path(name));
    return body.items
      .filter(
        ({ regarding, reportingController }: KubeObject) =>
          regarding.uid === certificate.body.metadata.uid && reportingController === "postern.dev/rollout",
      )
      .sort((left: KubeObject, right: KubeObject) => (left.eventTime < right.eventTime ? -1 : 1))
      .map(({ reason }: KubeObject) => reason);
  }

  /** Revision of a Certificate. 0 while it is not ready. */
  async revision(name: string): Promise<number> {
    const { body } = await this.#api.get(this.path(name));
    const isReady = body.status?.conditions?.some(
      ({ type, status }: KubeObject) => type === "Ready" && status === "True",
    );
    return isReady ? (body.status.revision ?? 0) : 0;
  }

  /** End of the current certificate of a Certificate, in milliseconds since 1970. */
  async notAfter(name: string): Promise<number> {
    const { body } = await this.#api.get(this.path(name));
    return Date.parse(body.status.notAfter);
  }

  /** The issuing CA, in PEM. */
  async root(): Promise<string> {
    const { body } = await this.#api.get(this.#ns.path("secrets", "ca"));
    return Buffer.from(body.data["tls.crt"], "base64").toString();
  }

  /** Creates the CA and its Issuer `ca`. */
  async createIssuers(): Promise<void> {
    const create = async (kind: "Issuer" | "Certificate", name: string, spec: object): Promise<void> => {
      const object = { apiVersion: CERT_MANAGER, kind, metadata: { name }, spec };
      const { status, body } = await this.#api.create(this.#ns.path(CERT_MANAGER, `${kind.toLowerCase()}s`), object);
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

  /** API path of a Certificate. */
  path(name: string): string {
    return this.#ns.path(CERT_MANAGER, "certificates", name);
  }
}
