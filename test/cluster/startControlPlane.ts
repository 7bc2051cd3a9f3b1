import { generateKeyPairSync } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { patience } from "../run/speedFactor.ts";
import type { ComponentProgram } from "./build/controlPlaneProgram.ts";
import { ChildService } from "./ChildService.ts";
import { ClusterApi } from "./ClusterApi.ts";
import type { ClusterPlace } from "./ClusterClient.ts";
import { kubeconfigOf } from "./kubeconfigOf.ts";
import { freePorts } from "./ports/freePorts.ts";
import type { ClusterOptions } from "./startCluster.ts";
import type { TestCa } from "./TestCa.ts";

/** A running control plane. */
export interface ControlPlane {
  readonly place: ClusterPlace;
  readonly services: readonly ChildService[];
}

/** The API server usually needs 3 to 4 s. On the reference machine. */
const READY_PATIENCE_MS = 60_000;
/** Another process may take a free port before a component listens on it. */
const MAX_ATTEMPTS = 3;
/** The addresses of Services: loopback addresses, at which the Pod runner's proxy can listen. */
export const SERVICE_RANGE = "127.96.0.0/16";

/** Records every write with the annotations of admission, except for Leases and Events. */
const AUDIT_POLICY = {
  apiVersion: "audit.k8s.io/v1",
  kind: "Policy",
  omitStages: ["RequestReceived"],
  rules: [
    { level: "None", verbs: ["get", "list", "watch"] },
    { level: "None", resources: [{ group: "coordination.k8s.io" }, { group: "", resources: ["events"] }] },
    { level: "Metadata" },
  ],
};

/** Starts etcd and the API server in `folder`, and with `controllers` also the controllers and the scheduler. */
export async function startControlPlane(
  program: ComponentProgram,
  folder: string,
  ca: TestCa,
  options: ClusterOptions,
): Promise<ControlPlane> {
  for (let attempt = 1; ; attempt += 1) {
    const services: ChildService[] = [];
    try {
      return await startOnce(program, folder, ca, options, services, attempt);
    } catch (error) {
      for (const service of services.reverse()) await service.stop("SIGKILL");
      const portTaken = services.some((service) => service.log().includes("address already in use"));
      if (!portTaken || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

async function startOnce(
  program: ComponentProgram,
  folder: string,
  ca: TestCa,
  { controllers = false, apiServerArgs = [] }: ClusterOptions,
  services: ChildService[],
  attempt: number,
): Promise<ControlPlane> {
  const file = (name: string): string => join(folder, name);
  const start = (
    component: string,
    flags: Readonly<Record<string, string>>,
    more: readonly string[] = [],
  ): ChildService => {
    const { file: binary, args } = program(component);
    const given = [...args, ...Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`), ...more];
    const service = new ChildService({
      name: component,
      file: binary,
      args: given,
      logFile: file(`logs/${component}.log`),
    });
    services.push(service);
    return service;
  };
  const [etcdPort = 0, peerPort = 0, apiPort = 0] = await freePorts(3);
  const server = `https://127.0.0.1:${apiPort}`;
  const [serving, admin, parts] = await Promise.all([
    ca.issue({ name: "kube-apiserver", hosts: ["127.0.0.1", "localhost", "kubernetes.default.svc"] }),
    ca.issue({ name: "test-admin", groups: ["system:masters"] }),
    // Another user than that of the tests, so that the audit log tells them apart.
    ca.issue({ name: "cluster-component", groups: ["system:masters"] }),
  ]);
  const access = { server, ca: ca.cert, ...admin };
  const accounts = generateKeyPairSync("ec", {
    namedCurve: "P-256",
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  await Promise.all([
    writeFile(file("ca.pem"), ca.cert),
    writeFile(file("apiserver.pem"), serving.cert),
    writeFile(file("apiserver-key.pem"), serving.key, { mode: 0o600 }),
    writeFile(file("admin.pem"), admin.cert),
    writeFile(file("admin-key.pem"), admin.key, { mode: 0o600 }),
    writeFile(file("accounts.pem"), accounts.publicKey),
    writeFile(file("accounts-key.pem"), accounts.privateKey, { mode: 0o600 }),
    writeFile(file("audit-policy.json"), JSON.stringify(AUDIT_POLICY)),
    writeFile(file("kubeconfig"), kubeconfigOf(access), { mode: 0o600 }),
    writeFile(file("components.kubeconfig"), kubeconfigOf({ ...access, ...parts }), { mode: 0o600 }),
  ]);

  const etcd = `http://127.0.0.1:${etcdPort}`;
  start("etcd", {
    "data-dir": file(`etcd-${attempt}`),
    "listen-client-urls": etcd,
    "advertise-client-urls": etcd,
    "listen-peer-urls": `http://127.0.0.1:${peerPort}`,
    "initial-advertise-peer-urls": `http://127.0.0.1:${peerPort}`,
    "initial-cluster": `default=http://127.0.0.1:${peerPort}`,
    "unsafe-no-fsync": "true",
    "log-level": "warn",
  });
  const apiServer = start(
    "kube-apiserver",
    {
      "etcd-servers": etcd,
      "bind-address": "127.0.0.1",
      "secure-port": String(apiPort),
      "tls-cert-file": file("apiserver.pem"),
      "tls-private-key-file": file("apiserver-key.pem"),
      "client-ca-file": file("ca.pem"),
      "kubelet-client-certificate": file("admin.pem"),
      "kubelet-client-key": file("admin-key.pem"),
      "service-account-issuer": "https://kubernetes.default.svc",
      "service-account-key-file": file("accounts.pem"),
      "service-account-signing-key-file": file("accounts-key.pem"),
      "service-cluster-ip-range": SERVICE_RANGE,
      "authorization-mode": "RBAC",
      "allow-privileged": "true",
      "endpoint-reconciler-type": "none",
      "audit-policy-file": file("audit-policy.json"),
      "audit-log-path": file("audit.log"),
      // This plugin requires ServiceAccounts, which only the controllers create.
      ...(controllers ? {} : { "disable-admission-plugins": "ServiceAccount" }),
    },
    apiServerArgs,
  );
  const api = new ClusterApi(access);
  try {
    const isReady = (): Promise<boolean> =>
      api.get("/readyz").then(
        ({ status }) => status === 200,
        () => false,
      );
    await apiServer.waitUntil(isReady, patience(READY_PATIENCE_MS));
    if (controllers) {
      const flags = { kubeconfig: file("components.kubeconfig"), "leader-elect": "false", "secure-port": "0" };
      start("kube-controller-manager", {
        ...flags,
        "use-service-account-credentials": "true",
        "service-account-private-key-file": file("accounts-key.pem"),
        "root-ca-file": file("ca.pem"),
      });
      start("kube-scheduler", flags);
      // The controllers work when their first object exists.
      const isWorking = (): Promise<boolean> =>
        api.get("/api/v1/namespaces/default/serviceaccounts/default").then(({ status }) => status === 200);
      await apiServer.waitUntil(isWorking, patience(READY_PATIENCE_MS));
    }
  } finally {
    api.close();
  }
  return { services, place: { ...access, folder, kubeconfig: file("kubeconfig"), auditLog: file("audit.log") } };
}
