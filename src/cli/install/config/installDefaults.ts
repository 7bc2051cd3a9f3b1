import type { InstallConfig } from "./installSchema.ts";

const resources = (cpu: string, requested: string, limit: string): InstallConfig["resources"]["sync"] => ({
  requests: { cpu, memory: requested },
  limits: { memory: limit },
});

/** The value of each key that a config leaves out. Keys that are not here have no default. Also values.yaml of the Helm chart. */
export const INSTALL_DEFAULTS: InstallConfig = {
  components: ["sync"],
  gate: "postern",
  hosts: [],
  trust: {},
  selfTest: {},
  crds: [],
  breakGlass: false,
  capability: { enabled: false },
  sync: {},
  schedule: "*/5 * * * *",
  suspend: false,
  issuer: {
    kind: "ca",
    server: "https://acme-v02.api.letsencrypt.org/directory",
    ingressClass: "nginx",
  },
  identity: { tiers: [] },
  service: { type: "ClusterIP", annotations: {} },
  rollout: { callers: [] },
  tlsSidecar: {},
  images: {},
  imagePullSecrets: [],
  pinnedImages: false,
  replicas: { gate: 2, rollout: 2, tlsSidecar: 1 },
  resources: {
    sync: resources("10m", "64Mi", "256Mi"),
    watch: resources("10m", "96Mi", "256Mi"),
    gate: resources("50m", "128Mi", "512Mi"),
    rollout: resources("10m", "96Mi", "256Mi"),
    tlsSidecar: resources("10m", "64Mi", "192Mi"),
    nginx: resources("10m", "32Mi", "128Mi"),
  },
  env: { sync: [], gate: [] },
  egress: { sync: [], gate: [] },
  pods: { nodeSelector: {}, tolerations: [], affinity: {}, labels: {}, annotations: {} },
};

/**
 * What stands for the keys without a default in the shipped manifests, which do not run as they are: they are what
 * `postern install` prints for this config.
 */
export const MANIFEST_CONFIG = {
  cluster: "production",
  hosts: ["gate.example.com"],
  trust: { roots: ["cloudflare"] },
  selfTest: { publicKey: { kty: "OKP", crv: "Ed25519", x: "REPLACE" } },
  issuer: { email: "platform@example.com" },
  images: { postern: "postern:0.1.0", gate: "postern-gate:0.1.0" },
  suspend: true,
} as const;
