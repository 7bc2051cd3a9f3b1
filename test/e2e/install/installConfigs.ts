const publicKey = { kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" };
const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
const IMAGES = { postern: "registry.example.com/postern:0.1.0", gate: "registry.example.com:5000/postern-gate:0.1.0" };
const BASE = {
  cluster: "production",
  hosts: ["gate.example.com"],
  trust: { roots: ["cloudflare"] },
  selfTest: { publicKey },
  images: IMAGES,
};
const { trust: _, ...GATE } = BASE;
const label = (length: number): string => "n".repeat(length);

/** Configs of `postern install`, by what is special in them. The certificate is one of the CA of a test. */
export const installConfigs = (certificate: string): Readonly<Record<string, object>> => ({
  "the sync alone": BASE,
  "the sync as a Deployment": { ...BASE, components: ["watch"] },
  "the rollout controller alone": { components: ["rollout"], images: IMAGES },
  "the TLS sidecar alone": { components: ["tls-sidecar"], images: IMAGES, tlsSidecar: { namespace: "shop" } },
  "the gate alone": { ...GATE, components: ["gate"] },
  "everything with a Deployment": {
    ...GATE,
    components: ["watch", "gate", "rollout", "tls-sidecar"],
    tlsSidecar: { namespace: "shop" },
    address: "10.96.0.80",
  },
  "everything with a CronJob, suspended": {
    ...GATE,
    components: ["sync", "gate", "rollout", "tls-sidecar"],
    tlsSidecar: { namespace: "postern-system" },
    suspend: true,
  },
  "an address only": { ...GATE, components: ["sync", "gate"], hosts: [], address: "10.96.0.80" },
  "an IPv6 address": { ...GATE, components: ["sync", "gate"], hosts: [], address: "fd00:10:96::50" },
  "host names with ports and bases, and an IPv6 host": {
    ...BASE,
    hosts: [
      "gate.example.com:443/eu",
      "gate.example.com:8443",
      "[2001:db8::1]:9443/base",
      "2001:db8::2",
      "203.0.113.7",
    ],
    url: "https://gate.example.com/eu",
  },
  "any port": { ...BASE, hosts: ["gate.example.com:*"] },
  "ACME with HTTP-01": {
    ...GATE,
    components: ["sync", "gate"],
    issuer: { kind: "acme-http01", email: "platform@corp.example", ingressClass: "traefik" },
  },
  "ACME with DNS-01 and another provider": {
    ...GATE,
    components: ["watch", "gate"],
    issuer: {
      kind: "acme-dns01",
      email: "platform@corp.example",
      server: "https://acme.corp.example/directory",
      dns01: { route53: { region: "eu-central-1", hostedZoneID: "Z1" } },
    },
  },
  "ACME with DNS-01 and Cloudflare": {
    ...GATE,
    components: ["gate"],
    issuer: { kind: "acme-dns01", email: "platform@corp.example" },
  },
  "existing Issuers": {
    ...BASE,
    components: ["sync", "gate"],
    trust: { certificates: certificate },
    issuer: {
      kind: "existing",
      existing: { kind: "ClusterIssuer", name: "corp" },
      standby: { name: "other", group: "awspca.cert-manager.io" },
    },
  },
  "a capability with a gate elsewhere": { ...BASE, capability: { enabled: true, grace: "3d" } },
  "a capability with a gate here, in a Deployment": {
    ...GATE,
    components: ["watch", "gate"],
    hosts: ["gate.example.com:8443"],
    capability: { enabled: true, url: "https://gate.example.com:8443" },
    identity: { tiers: ["capability"] },
  },
  "all tiers and the CAs of clients": {
    ...GATE,
    components: ["sync", "gate"],
    address: "10.96.0.80",
    identity: { tiers: ["client-certificate", "jwt", "capability"], clientCertificates: certificate },
  },
  "digests, pinned": {
    ...GATE,
    components: ["sync", "gate", "rollout"],
    pinnedImages: true,
    images: {
      postern: `registry.example.com/postern@${digest("a")}`,
      gate: `registry.example.com/postern-gate:0.1.0@${digest("b")}`,
    },
  },
  "break-glass, CRDs and another gate's name": {
    ...BASE,
    gate: "admission",
    crds: ["widgets.example.com", "gears.parts.example.com"],
    breakGlass: true,
    sync: { soak: "48h", breakGlassAfter: "20s", load: "api-server", timeouts: { canary: "5s" } },
  },
  "long names": {
    ...GATE,
    components: ["sync", "gate"],
    gate: label(63),
    cluster: label(63),
    hosts: [`${label(63)}.${label(63)}.${label(63)}.example.com`],
    crds: [`${label(60)}.${label(63)}.example.com`],
  },
  "an announcement, with characters that HTML escapes": {
    ...BASE,
    sync: { announcement: { url: "https://gate.example.com/a&b<c>/postern", publicKey }, interval: "10m" },
  },
  "the token of a provider": {
    ...BASE,
    providerSecret: "postern-provider",
    providerHosts: ["proxy.example.com", "other.example.com:8443"],
    sync: {
      provider: { cloudflare: { zone: "0".repeat(32), hostname: "gate.example.com", token: { file: "cloudflare" } } },
    },
  },
  "everything about Pods, resources, Services and egress": {
    ...GATE,
    components: ["watch", "gate", "rollout", "tls-sidecar"],
    tlsSidecar: { namespace: "shop" },
    pods: {
      nodeSelector: { "kubernetes.io/arch": "arm64", zone: "yes" },
      tolerations: [{ key: "dedicated", operator: "Exists", effect: "NoExecute", tolerationSeconds: 3600 }],
      affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } },
      priorityClassName: "system-cluster-critical",
      labels: { team: "platform", "app.kubernetes.io/name": "stolen" },
      annotations: { "prometheus.io/port": "1", note: 'with "quotes", {{ braces }} and\nlines' },
    },
    imagePullSecrets: [{ name: "registry" }],
    images: { ...IMAGES, nginx: "registry.example.com/nginx:1.29" },
    resources: {
      gate: { requests: { cpu: 0.5 }, limits: { memory: "1Gi", cpu: 2 } },
      nginx: { limits: { memory: "64Mi" } },
    },
    replicas: { gate: 3, rollout: 0 },
    service: {
      type: "LoadBalancer",
      loadBalancerClass: "example.com/internal",
      annotations: { "example.com/scheme": "internal" },
    },
    env: {
      gate: [{ name: "A", value: "1" }],
      sync: [{ name: "B", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } }],
    },
    egress: {
      gate: [{ to: [{ ipBlock: { cidr: "203.0.113.0/24" } }], ports: [{ protocol: "TCP", port: 443 }] }],
      sync: [{ ports: [{ protocol: "TCP", port: 9443 }] }],
    },
    rollout: {
      namespace: "gates",
      callers: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "deployers" } } }],
    },
  },
  "the host's roots, and a default that null removes": {
    ...BASE,
    trust: { mode: "system" },
    resources: { sync: { requests: null } },
  },
});
