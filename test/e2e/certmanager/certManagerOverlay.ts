import { mkdir, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import { ON_POD_RUNNER } from "../../cluster/startPodRunner.ts";
import { scaled } from "../../run/speedFactor.ts";
import { inSeconds } from "../run/inSeconds.ts";

const KUBERNETES = fileURLToPath(new URL("../../../infra/kubernetes", import.meta.url));
const NAMESPACE = "postern-system";
/** Lifetime of the main certificate. Cert-manager renews it after a third of this time. */
export const MAIN_LIFETIME_MS = scaled(15_000);

/** Input of {@link certManagerOverlay}. */
export interface OverlayInput {
  /** Folder of the overlay. It must not exist. */
  readonly folder: string;
  /** IPv4 address of the Service and of the certificates. */
  readonly address: string;
  /** Scripts that run in place of the images. */
  readonly gateFile: string;
  readonly syncFile: string;
  /** Private signing key of the gate, a JWK as JSON. */
  readonly signingKey: string;
  /** Contents of the sync config and of its files, by file name. */
  readonly syncFiles: Readonly<Record<string, string>>;
}

/**
 * Writes an overlay over the shipped components for the gate and its CA. Local processes replace the images.
 * Certificates live for seconds instead of minutes: main for 15 s, renewed after 5 s, and standby for 17 s, renewed
 * after 7 s, from a separate Issuer. On a slow machine, these times are longer. Resolves to the folder.
 */
export async function certManagerOverlay(input: OverlayInput): Promise<string> {
  const { folder, address, gateFile, syncFile, signingKey, syncFiles } = input;
  await mkdir(folder);
  const at = (name: string): string => relative(folder, join(KUBERNETES, name));
  const patch = (kind: string, name: string, more: object): { patch: string } => {
    const object = { apiVersion: API_VERSIONS[kind], kind, metadata: { name, namespace: NAMESPACE }, ...more };
    return { patch: stringify(object) };
  };
  const asProcess = { image: "none", command: [process.execPath] };
  const kustomization = {
    apiVersion: "kustomize.config.k8s.io/v1beta1",
    kind: "Kustomization",
    resources: [at("base"), "standby-issuer.yaml"],
    components: ["gate", "issuer-ca", "rollout"].map((name) => at(`components/${name}`)),
    patches: [
      patch("Service", "postern-gate", { spec: { clusterIP: address } }),
      patch("Certificate", "tls-main", {
        spec: { commonName: "main", ipAddresses: [address], ...lifetimes(MAIN_LIFETIME_MS, scaled(10_000)) },
      }),
      patch("Certificate", "tls-standby", {
        spec: {
          commonName: "standby",
          ipAddresses: [address],
          ...lifetimes(scaled(17_000), scaled(10_000)),
          issuerRef: { name: "standby" },
        },
      }),
      patch("Deployment", "postern-gate", {
        spec: {
          template: {
            spec: {
              ...ON_POD_RUNNER,
              containers: [
                {
                  name: "gate",
                  ...asProcess,
                  args: [gateFile],
                  env: [
                    { name: "POSTERN_TLS_HOSTS", value: address },
                    // Each Pod has a separate address, but all share the network of the machine.
                    { name: "POSTERN_HOST", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
                    { name: "POSTERN_METRICS_PORT", $patch: "delete" },
                  ],
                },
              ],
            },
          },
        },
      }),
      patch("Deployment", "postern-rollout", {
        spec: {
          replicas: 1,
          template: {
            spec: {
              ...ON_POD_RUNNER,
              containers: [
                {
                  name: "rollout",
                  ...asProcess,
                  // Without ports, because the controller would listen on every address of the machine.
                  args: [syncFile, "rollout", `--lease-seconds=${inSeconds(scaled(5_000))}`],
                  livenessProbe: null,
                  readinessProbe: null,
                },
              ],
            },
          },
        },
      }),
      patch("CronJob", "postern-sync", {
        spec: {
          jobTemplate: {
            spec: {
              template: {
                spec: {
                  ...ON_POD_RUNNER,
                  containers: [{ name: "sync", ...asProcess, command: [process.execPath, syncFile] }],
                },
              },
            },
          },
        },
      }),
      patch("ConfigMap", "postern-sync", { data: { ...syncFiles, hosts: `${address}\n` } }),
    ],
    secretGenerator: [{ name: "postern-gate-signing-key", namespace: NAMESPACE, literals: [`key.jwk=${signingKey}`] }],
    generatorOptions: { disableNameSuffixHash: true },
  };
  const issuer = {
    apiVersion: API_VERSIONS.Certificate,
    kind: "Issuer",
    metadata: { name: "standby", namespace: NAMESPACE },
    spec: { ca: { secretName: "postern-gate-ca" } },
  };
  await writeFile(join(folder, "kustomization.yaml"), stringify(kustomization));
  await writeFile(join(folder, "standby-issuer.yaml"), stringify(issuer));
  return folder;
}

/** Durations are in milliseconds. */
function lifetimes(durationMs: number, renewBeforeMs: number): { duration: string; renewBefore: string } {
  return { duration: `${inSeconds(durationMs)}s`, renewBefore: `${inSeconds(renewBeforeMs)}s` };
}

const API_VERSIONS: Readonly<Record<string, string>> = {
  Service: "v1",
  ConfigMap: "v1",
  Certificate: "cert-manager.io/v1",
  Deployment: "apps/v1",
  CronJob: "batch/v1",
};
