import { ON_POD_RUNNER } from "../../cluster/startPodRunner.ts";
import { patience } from "../../run/speedFactor.ts";
import { inSeconds } from "../run/inSeconds.ts";

/** Options of a workload of the gate. */
export interface WorkloadOptions {
  /** Default: Deployment. */
  readonly kind?: "Deployment" | "StatefulSet" | "DaemonSet";
  /** Default: 2. */
  readonly replicas?: number;
  /** Merged into the spec. */
  readonly spec?: object;
  /** Additional environment of the container. */
  readonly env?: Readonly<Record<string, string>>;
  /** Name of the mounted Secret. Default: that of the Certificate. */
  readonly secret?: string;
  /**
   * Whether the whole Secret is mounted, so that its files are updated and the gate reloads them. Default: false, which
   * mounts single files by subPath. With true, the annotation with the revision is a file in `/etc/pod`.
   */
  readonly isReloaded?: boolean;
}

/** Returns the manifest of a workload whose Pods run the gate. `bundle` is the path of the gate's script. */
export function gateWorkload(
  name: string,
  options: WorkloadOptions & { readonly secret: string; readonly bundle: string },
): object {
  const { kind = "Deployment", replicas = 2, spec = {}, env = {}, secret, isReloaded = false, bundle } = options;
  const labels = { app: name };
  // The kubelet never updates files that are mounted by subPath. The Pods must be replaced for a new certificate.
  const mounts = isReloaded
    ? [
        { name: "tls", mountPath: "/etc/tls" },
        { name: "pod", mountPath: "/etc/pod" },
      ]
    : ["tls.crt", "tls.key", "ca.crt"].map((key) => ({ name: "tls", mountPath: `/etc/tls/${key}`, subPath: key }));
  const variables = {
    POSTERN_HOST: "$(POD_IP)",
    POSTERN_CERT: "/etc/tls/tls.crt",
    POSTERN_KEY: "/etc/tls/tls.key",
    POSTERN_CA: "/etc/tls/ca.crt",
    ...env,
  };
  const container = {
    name: "gate",
    image: "none",
    command: [process.execPath, bundle],
    env: [
      { name: "POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
      ...Object.entries(variables).map(([key, value]) => ({ name: key, value })),
    ],
    ports: [{ name: "https", containerPort: 8443 }],
    readinessProbe: {
      httpGet: { scheme: "HTTPS", port: "https", path: "/readyz" },
      periodSeconds: 1,
      timeoutSeconds: inSeconds(patience(2_000)),
    },
    volumeMounts: mounts,
  };
  return {
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
          containers: [container],
          volumes: [
            { name: "tls", secret: { secretName: secret } },
            { name: "pod", downwardAPI: { items: ["certificate-revision"].map(annotationFile) } },
          ],
        },
      },
    },
  };
}

function annotationFile(name: string): object {
  return { path: name, fieldRef: { fieldPath: `metadata.annotations['postern.dev/${name}']` } };
}
