/** What a key of the config means, and how the keys in it that have no default are written. */
export interface ConfigKey {
  readonly meaning: string;
  /** Lines of YAML, below the default. */
  readonly example?: string;
}

const JWK = "{ kty: OKP, crv: Ed25519, x: 11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo }";

/** Every key of the config of `postern install`, in the order in which files have them. */
export const CONFIG_KEYS: Readonly<Record<string, ConfigKey>> = {
  components: {
    meaning: "What is installed: sync (a CronJob) or watch (a Deployment), gate, rollout, tls-sidecar.",
  },
  gate: { meaning: "Name of the gate: the label postern.dev/gate of its registrations." },
  cluster: { meaning: "Name of the cluster in the gate. Needed by sync and watch.", example: "cluster: production" },
  address: {
    meaning: "Address of the gate's Service in this cluster. It is the first host of the gate's URL.",
    example: "address: 10.96.0.80",
  },
  hosts: {
    meaning:
      "Where the gate's URL may be: HOST, HOST:PORT, HOST:PORT/BASE, or HOST:* for any port. Certificates, the sync and its policy use them.",
    example: "hosts: [gate.example.com]",
  },
  url: {
    meaning: "Base URL that the sync writes. Without it, each registration keeps its own.",
    example: "url: https://gate.example.com",
  },
  trust: {
    meaning:
      "Roots of the gate's certificate. With the component gate and issuer.kind ca or acme-*, they follow from the Issuer. certificates is PEM.",
    example: "trust: { mode: pin, roots: [cloudflare] }",
  },
  selfTest: {
    meaning: "Public part of the gate's POSTERN_SIGNING_KEY. Needed by sync and watch.",
    example: `selfTest: { publicKey: ${JWK} }`,
  },
  crds: {
    meaning: "CustomResourceDefinitions that the gate converts. The sync may write them.",
    example: "crds: [widgets.example.com]",
  },
  breakGlass: { meaning: "Lets the sync set failurePolicy Ignore on marked webhooks in an emergency." },
  capability: {
    meaning: "Whether this cluster calls the gate with a capability in its URLs, which the sync fetches.",
    example: "capability: { enabled: true, url: https://gate.example.com, grace: 7d }",
  },
  sync: {
    meaning:
      "More settings of the sync: soak, interval, jitter, breakGlassAfter, load, timeouts, announcement, provider.",
    example: `sync: { soak: 24h, announcement: { url: https://gate.example.com/.well-known/postern, publicKey: ${JWK} } }`,
  },
  providerSecret: {
    meaning: "Secret with the token of sync.provider. Its keys are files in /var/run/secrets/postern.",
    example: "providerSecret: postern-provider",
  },
  providerHosts: {
    meaning: "Hosts other than the provider's own that its token may be sent to.",
    example: "providerHosts: [proxy.example.com]",
  },
  schedule: { meaning: "When the CronJob of the sync runs." },
  suspend: { meaning: "Installs the sync, the rollout controller and the TLS sidecar without running them." },
  issuer: {
    meaning: "Issuer of the gate's certificates: ca, acme-http01, acme-dns01, or existing.",
    example:
      "issuer: { kind: acme-http01, email: platform@example.com }\nissuer: { kind: acme-dns01, email: platform@example.com, dns01: { route53: { region: eu-central-1 } } }\nissuer: { kind: existing, existing: { kind: ClusterIssuer, name: corp }, standby: { kind: ClusterIssuer, name: other } }",
  },
  identity: {
    meaning:
      "Tiers by which the gate knows its clusters: client-certificate, jwt, capability. clientCertificates is the PEM of the CAs of clients; without it, the ConfigMap postern-gate-client-ca must be there.",
    example: "identity: { tiers: [jwt] }",
  },
  service: {
    meaning: "Service of the gate: ClusterIP, LoadBalancer or NodePort.",
    example: "service: { type: LoadBalancer, loadBalancerClass: example.com/internal }",
  },
  rollout: {
    meaning:
      "namespace restricts the controller to one namespace. callers are NetworkPolicy peers that may call POST /rollout.",
    example:
      "rollout: { namespace: gates, callers: [{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: deployers } } }] }",
  },
  tlsSidecar: { meaning: "Namespace of the TLS sidecar. It must exist.", example: "tlsSidecar: { namespace: shop }" },
  images: {
    meaning: "Images, by tag or by digest.",
    example: "images: { postern: registry.example.com/postern:0.1.0, gate: registry.example.com/postern-gate:0.1.0 }",
  },
  imagePullSecrets: { meaning: "Secrets of the registries.", example: "imagePullSecrets: [{ name: registry }]" },
  pinnedImages: { meaning: "Refuses every Pod in postern-system whose images have no digest." },
  replicas: { meaning: "Replicas of the Deployments. The sync has one." },
  resources: { meaning: "Requests and limits of each container." },
  env: {
    meaning: "More environment variables, as in a container.",
    example: "env: { gate: [{ name: OTEL_EXPORTER_OTLP_ENDPOINT, value: https://otel.example.com }] }",
  },
  egress: {
    meaning: "More egress rules of the NetworkPolicies, as in a NetworkPolicy.",
    example:
      "egress: { gate: [{ to: [{ ipBlock: { cidr: 203.0.113.0/24 } }], ports: [{ protocol: TCP, port: 443 }] }] }",
  },
  pods: {
    meaning: "Where and how all Pods run.",
    example: "pods: { nodeSelector: { kubernetes.io/arch: arm64 }, priorityClassName: system-cluster-critical }",
  },
};
