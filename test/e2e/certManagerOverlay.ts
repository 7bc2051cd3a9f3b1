import { mkdir, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import { ON_POD_RUNNER } from "../cluster/startPodRunner.ts";
import { scaled } from "../run/speedFactor.ts";
import { inSeconds } from "./inSeconds.ts";

const KUBERNETES = fileURLToPath(new URL("../../infra/kubernetes", import.meta.url));
const NAMESPACE = "postern-system";
/** Of the gate's first certificate, in milliseconds. It is renewed after a third of it. */
export const MAIN_LIFE = scaled(15_000);

/** What is shipped, and how a test has it otherwise. */
export interface OverlayInput {
  /** Where it is written. */
  readonly folder: string;
  /** What the Service and the certificates are for: an IPv4 address. */
  readonly address: string;
  /** The files that stand for the images. */
  readonly gateFile: string;
  readonly syncFile: string;
  /** The gate's private key, as JSON. */
  readonly signingKey: string;
  /** The sync's config, and the files that it names, by name. */
  readonly syncFiles: Readonly<Record<string, string>>;
}

/**
 * An overlay as users write them, over the shipped components for the gate and its CA. Local processes stand for images;
 * 15 minutes renewed after 5 are 15 seconds after 5, and the standby's 17 after 7, of an Issuer of its own; on a machine
 * that is slower than the reference machine, as much longer.
 * Resolves to its folder.
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
        spec: { commonName: "main", ipAddresses: [address], ...lives(MAIN_LIFE, scaled(10_000)) },
      }),
      patch("Certificate", "tls-standby", {
        spec: {
          commonName: "standby",
          ipAddresses: [address],
          ...lives(scaled(17_000), scaled(10_000)),
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
                    // Pods have addresses of their own, and no network of their own.
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
                  // Without ports: it would listen at every address of the machine.
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

/** In milliseconds. */
function lives(duration: number, renewBefore: number): { duration: string; renewBefore: string } {
  return { duration: `${inSeconds(duration)}s`, renewBefore: `${inSeconds(renewBefore)}s` };
}

const API_VERSIONS: Readonly<Record<string, string>> = {
  Service: "v1",
  ConfigMap: "v1",
  Certificate: "cert-manager.io/v1",
  Deployment: "apps/v1",
  CronJob: "batch/v1",
};
