/** How a command ends, or what it logs when it runs until a signal. Both outputs are searched. */
export type Ending = { readonly code: number; readonly says: RegExp } | { readonly runs: RegExp };

/** A set of options that go together. */
export interface OptionSet {
  readonly command: string;
  /** Values by option; "" for a switch. */
  readonly options: Readonly<Record<string, string>>;
  /** Arguments after the options. */
  readonly rest?: readonly string[];
  /** With all options, and without each option that is not in `without`. Several are allowed when the machine decides. */
  readonly ending: Ending | readonly Ending[];
  readonly without?: Readonly<Record<string, Ending | readonly Ending[]>>;
}

const missing = (option: string): Ending => ({
  code: 2,
  says: new RegExp(`^postern: required option '--${option} <`, "m"),
});
const together = (words: string): Ending => ({ code: 2, says: new RegExp(`^postern: .*${words}`, "m") });
const portInUse: Ending = { code: 2, says: /^postern: port 8443 is in use; choose another with --port/m };
const noCluster: Ending = { code: 2, says: /^postern: no cluster is configured: .*--kubeconfig FILE/m };
/** The API server of the test answers no Lease. */
const follows: Ending = { runs: /not leader/ };
const KUBE = { context: "here", kubeconfig: "kubeconfig" };
const PAIR = { cert: "tls.crt", key: "tls.key" };
const STANDBY = { "standby-cert": "tls.crt", "standby-key": "tls.key" };
const SIDECAR = { ...PAIR, ...STANDBY, hosts: "hook.example", out: "out", "key-mode": "0600" };
const needsStandby = {
  "standby-cert": together("--standby-cert is missing"),
  "standby-key": together("--standby-key is missing"),
};
const sidecarRequired = { cert: missing("cert"), key: missing("key"), out: missing("out"), ...needsStandby };
const noWay = together("name a way to reload: ");

const noInstallConfig: Ending = { code: 2, says: /^postern: --config: postern\.yaml does not exist/m };

const DENIED = { cluster: "production", verdict: "denied", namespace: "shop", policy: "deny-labels", user: "jane" };
const TIMES = { from: "2026-01-02", to: "2026-01-03" };
const noFilter = together("--format jsonl does not take");

/** Each command with each of its options: the values that go together, and how each command ends without one of them. */
export const OPTION_SETS: readonly OptionSet[] = [
  {
    command: "dev",
    options: { gate: "gate.ts", cluster: "local", port: "0", host: "localhost", trace: "" },
    ending: { runs: /https:\/\/localhost:\d+/ },
    without: {
      port: [{ runs: /https:\/\/localhost:8443/ }, portInUse],
    },
  },
  {
    command: "review",
    options: {
      gate: "gate.ts",
      cluster: "local",
      operation: "CREATE",
      namespace: "other",
      output: "text",
      verbose: "",
      "fail-on-unjudged": "",
      at: "2027-01-01",
    },
    rest: ["pod.yaml"],
    ending: { code: 0, says: /^allowed/m },
  },
  {
    command: "review",
    options: { use: "deny-labels" },
    rest: ["pod.yaml"],
    ending: { code: 0, says: /^allowed/m },
  },
  {
    command: "review",
    options: { against: "gate.ts", "allow-loosened": "" },
    rest: ["--gate", "gate.ts", "pod.yaml"],
    ending: { code: 0, says: /^nothing loosened/m },
    without: { against: { code: 2, says: /^postern: --allow-loosened needs --against/m } },
  },
  {
    command: "test",
    options: { gate: "gate.ts", cluster: "local", output: "text", coverage: "", update: "", verbose: "" },
    rest: ["pod.test.yaml"],
    ending: { code: 0, says: /^1 passed, 0 failed/m },
  },
  {
    command: "test",
    options: { watch: "" },
    rest: ["--gate", "gate.ts", "pod.test.yaml"],
    ending: { runs: /^1 passed, 0 failed/m },
    without: { watch: { code: 0, says: /^1 passed, 0 failed/m } },
  },
  {
    command: "test",
    options: { exceptions: "pod.yaml" },
    rest: ["--gate", "gate.ts"],
    ending: { code: 0, says: /^0 exceptions/m },
    without: { exceptions: { code: 0, says: /^\d+ passed, 0 failed/m } },
  },
  {
    command: "init",
    options: {
      name: "hooks",
      domain: "hooks.example.org",
      "staging-domain": "staging.example.org",
      cluster: "eu",
      records: "compliance",
      endpoint: "api-gateway",
      mtls: "",
      region: "us-east-1",
      package: "https://packages.example.com/postern.tgz",
      yes: "",
      output: "json",
    },
    rest: ["lambda", "project"],
    ending: { code: 0, says: /"runtime":"lambda"/ },
    without: {
      // With a tarball in the checkout, the project installs that.
      package: [
        together("run npm pack in .*, or name a package with --package"),
        { code: 0, says: /"runtime":"lambda"/ },
      ],
      output: { code: 0, says: /^written {2}project\/gate\.ts$/m },
    },
  },
  {
    command: "init",
    options: { image: "registry.example.com/gate" },
    rest: ["--package", "https://packages.example.com/postern.tgz", "node", "node-project"],
    ending: { code: 0, says: /^written {2}node-project\/Dockerfile$/m },
  },
  {
    command: "new policy",
    options: { dir: "policies", gate: "gate.ts", output: "json" },
    // It writes no gate that the commands below would find.
    rest: ["there"],
    ending: together("policies/there.ts: is there already"),
  },
  {
    command: "explain",
    options: { output: "json" },
    rest: ["disallow-privileged"],
    ending: { code: 0, says: /"builtin": "disallowPrivileged"/ },
    without: { output: { code: 0, says: /^disallow-privileged \(disallowPrivileged\)/m } },
  },
  {
    command: "render",
    options: {
      gate: "gate.ts",
      cluster: "local",
      url: "https://gate.example.com",
      ca: "ca.pem",
      output: "yaml",
      sample: "pod.yaml",
      nodes: "3",
      sync: "",
      "without-capability": "",
    },
    ending: { code: 0, says: /^kind: ValidatingWebhookConfiguration/m },
    without: { cluster: missing("cluster"), url: missing("url") },
  },
  {
    command: "render",
    options: {
      gate: "gate.ts",
      cluster: "local",
      url: "https://gate.example.com",
      sync: "",
      "sync-token": "pod.yaml",
    },
    // The gate has no tiers.
    ending: together('the cluster "local" takes no capabilities in the gate'),
    without: {
      cluster: missing("cluster"),
      url: missing("url"),
      sync: together("--sync-token needs --sync"),
      "sync-token": { code: 0, says: /^kind: ValidatingWebhookConfiguration/m },
    },
  },
  {
    command: "render",
    options: { gate: "gate.ts", cluster: "local", output: "json", native: "" },
    ending: { code: 0, says: /^ {2}"kind": "List"/m },
    without: { cluster: missing("cluster"), native: missing("url") },
  },
  {
    command: "render",
    options: { gate: "gate.ts", cluster: "local", url: "https://gate.example.com", diff: "", ...KUBE },
    ending: { code: 1, says: /ValidatingWebhookConfiguration/ },
    without: {
      cluster: missing("cluster"),
      url: missing("url"),
      diff: together("--context and --kubeconfig need --diff"),
      kubeconfig: noCluster,
    },
  },
  {
    command: "render",
    options: {
      gate: "gate.ts",
      all: "",
      url: "https://gate.example.com",
      out: "registrations",
      prune: "",
      clusters: "fleet.yaml",
      only: "local",
    },
    ending: { code: 0, says: /^1 cluster: 1 created, 0 updated/m },
    without: { all: together("--clusters needs --all"), out: together("--all needs --out DIR") },
  },
  {
    command: "render",
    options: { gate: "gate.ts", all: "", url: "https://gate.example.com", out: "checked", check: "" },
    ending: { code: 1, says: /^created +checked\/local$/m },
    without: { check: { code: 0, says: /^created +checked\/local$/m } },
  },
  {
    command: "render",
    options: {
      gate: "gate.ts",
      all: "",
      url: "https://gate.example.com",
      diff: "",
      clusters: "fleet.yaml",
      contexts: "admin@{cluster}",
      timeout: "20",
      kubeconfig: "kubeconfig",
    },
    ending: { code: 1, says: /^local +here +different/m },
  },
  {
    command: "render",
    options: {
      gate: "gate.ts",
      cluster: "local",
      url: "https://gate.example.com",
      "admission-config": "",
      "host-folder": "/etc/postern",
      "client-certificate": "/etc/postern/a.crt",
      "client-key": "/etc/postern/a.key",
      "token-file": "/etc/postern/token",
    },
    // The gate has no tiers.
    ending: together("takes no client certificates in the gate"),
    without: {
      gate: { code: 0, says: /kind: AdmissionConfiguration/ },
      cluster: missing("cluster"),
      url: missing("url"),
      "admission-config": together("--host-folder needs --admission-config"),
      "client-certificate": together("--client-certificate is missing"),
      "client-key": together("--client-key is missing"),
    },
  },
  {
    command: "serve",
    options: { gate: "gate.ts", port: "0", host: "127.0.0.1", ...PAIR, ...STANDBY },
    ending: { runs: /"message":"listening"/ },
    without: {
      gate: missing("gate"),
      port: [{ runs: /"message":"listening"/ }, portInUse],
      cert: together("--cert is missing"),
      key: together("--key is missing"),
      ...needsStandby,
    },
  },
  {
    command: "sync",
    options: { config: "sync.yaml", once: "", jitter: "", metrics: "sync.prom", output: "json", ...KUBE },
    ending: { code: 1, says: /no-targets/ },
    without: {
      config: { code: 2, says: /^postern: --config: \/etc\/postern\/sync\.yaml does not exist/m },
      kubeconfig: noCluster,
    },
  },
  {
    command: "sync",
    options: { config: "sync.yaml", watch: "", "metrics-port": "0", output: "json", ...KUBE },
    ending: { runs: /no-targets/ },
    without: {
      config: { code: 2, says: /^postern: --config: \/etc\/postern\/sync\.yaml does not exist/m },
      watch: together("--metrics-port needs --watch"),
      kubeconfig: { runs: /no cluster is configured/ },
    },
  },
  {
    command: "sync",
    options: { "dry-run": "" },
    rest: ["--config", "sync.yaml", "--kubeconfig", "kubeconfig"],
    ending: { code: 1, says: /no-targets/ },
  },
  {
    command: "announce",
    options: { config: "announce.yaml", "dry-run": "", output: "json" },
    ending: { code: 0, says: /gate\.example\.com/ },
    without: { config: missing("config") },
  },
  {
    command: "rollout",
    options: {
      namespace: "default",
      lease: "postern-rollout",
      "lease-namespace": "default",
      "lease-seconds": "3",
      resync: "60",
      port: "0",
      ...PAIR,
      "metrics-port": "0",
      output: "json",
      ...KUBE,
    },
    ending: follows,
    without: {
      port: together("--port, --cert and --key need each other"),
      cert: together("--port, --cert and --key need each other"),
      key: together("--port, --cert and --key need each other"),
      kubeconfig: noCluster,
    },
  },
  {
    command: "doctor",
    options: { config: "sync.yaml", cluster: "local", gate: "gate.ts", output: "text", ...KUBE },
    ending: { code: 3, says: /no-registration/ },
    without: { kubeconfig: noCluster },
  },
  {
    command: "doctor",
    options: {
      all: "",
      clusters: "fleet.yaml",
      contexts: "admin@{cluster}",
      only: "local",
      timeout: "20",
      kubeconfig: "kubeconfig",
    },
    ending: { code: 3, says: /^local +here +error +1 error: no-registration$/m },
    without: {
      all: together("--clusters needs --all"),
      clusters: together("--contexts needs the names of clusters"),
    },
  },
  {
    command: "doctor",
    options: { preflight: "https://127.0.0.1:1", ca: "tls.crt" },
    ending: { code: 3, says: /^ERROR no-handshake /m },
    without: { preflight: together("--ca needs --preflight") },
  },
  {
    command: "install",
    options: { config: "install.yaml", output: "json" },
    rest: ["watch"],
    ending: { code: 0, says: /"kind": "List"/ },
    without: { config: noInstallConfig, output: { code: 0, says: /^kind: Deployment$/m } },
  },
  {
    command: "install",
    options: { config: "install.yaml", out: "overlay", kustomize: "", manifests: "../manifests" },
    ending: { code: 0, says: /^overlay\/kustomization\.yaml$/m },
    without: {
      config: noInstallConfig,
      out: together("--kustomize needs --out FOLDER"),
      kustomize: together("--manifests needs --kustomize"),
    },
  },
  {
    command: "uninstall",
    options: { config: "install.yaml", context: "here", output: "json" },
    ending: { code: 0, says: /"name": "Registrations"/ },
    without: { config: noInstallConfig, output: { code: 0, says: /^# 1\. Registrations: /m } },
  },
  {
    command: "tls-sidecar",
    options: {
      ...SIDECAR,
      "reload-command": "true",
      "reload-timeout": "5",
      check: "127.0.0.1:1",
      "check-host": "hook.example",
      "check-timeout": "1",
      "metrics-port": "0",
    },
    ending: { runs: /"code":"target-down"/ },
    without: {
      ...sidecarRequired,
      "reload-command": noWay,
      check: together("--check-host needs --check"),
    },
  },
  {
    command: "tls-sidecar",
    options: { ...SIDECAR, "reload-signal": "SIGHUP", "pid-file": "none.pid" },
    ending: { runs: /"code":"target-down"/ },
    without: {
      ...sidecarRequired,
      "reload-signal": together("--reload-signal is missing"),
      "pid-file": together("--pid-file is missing"),
    },
  },
  {
    command: "tls-sidecar",
    options: { ...SIDECAR, "reload-url": "http://127.0.0.1:1/reload" },
    ending: { runs: /"code":"target-down"/ },
    without: { ...sidecarRequired, "reload-url": noWay },
  },
  {
    command: "tls-sidecar",
    options: { ...SIDECAR, once: "" },
    ending: { code: 0, says: /certificate written/ },
    without: { ...sidecarRequired, once: noWay },
  },
  {
    command: "records verify",
    options: { key: "records.jwks", cluster: "production", from: "0", to: "3", output: "json" },
    rest: ["records.jsonl"],
    ending: { code: 0, says: /"result":"ok"/ },
    without: { key: missing("key"), output: { code: 0, says: /no findings/ } },
  },
  {
    command: "records verify",
    options: { head: `9:${"0".repeat(64)}` },
    rest: ["--key", "records.jwks", "records.jsonl"],
    ending: { code: 1, says: /missing-receipt/ },
    without: { head: { code: 0, says: /no findings/ } },
  },
  {
    command: "records verify",
    options: { receipts: "pod.yaml" },
    rest: ["--key", "records.jwks", "records.jsonl"],
    ending: together("--receipts: .* has no audit events"),
    without: { receipts: { code: 0, says: /no findings/ } },
  },
  {
    command: "records prove",
    options: { cluster: "production" },
    rest: ["00000000-0000-4000-8000-000000000000", "records.jsonl"],
    ending: { code: 0, says: /"InclusionProof"/ },
  },
  {
    command: "records check",
    options: { key: "records.jwks", output: "json" },
    rest: ["records.jsonl"],
    ending: together("records.jsonl: is not a proof"),
    without: { key: missing("key") },
  },
  {
    command: "records query",
    options: { ...DENIED, ...TIMES, output: "json" },
    rest: ["records.jsonl"],
    ending: { code: 0, says: /web-0/ },
  },
  {
    command: "records export",
    options: { ...DENIED, ...TIMES, format: "csv" },
    rest: ["records.jsonl"],
    ending: { code: 0, says: /^time,cluster,seq/ },
    without: { format: noFilter },
  },
  {
    command: "records tail",
    options: { ...DENIED, lines: "1", output: "json" },
    rest: ["records.jsonl"],
    ending: { runs: /web-0/ },
  },
  {
    command: "records retain",
    options: { "keep-days": "400", cluster: "production", table: "records", "dry-run": "", output: "json" },
    rest: ["records.jsonl"],
    ending: together("records.jsonl: is not a store"),
    without: {
      "keep-days": together("how long are records kept"),
      "dry-run": together("POSTERN_RECORDS_KEY is not set"),
    },
  },
  {
    command: "records retain",
    options: { key: "records.jwks" },
    rest: ["--keep-days", "400", "records.jsonl"],
    ending: together("records.jwks is not a private Ed25519 JWK"),
    without: { key: together("POSTERN_RECORDS_KEY is not set") },
  },
  {
    command: "records key",
    options: {},
    rest: ["new-key.json"],
    ending: { code: 0, says: /"keys"/ },
  },
  {
    command: "enroll",
    options: {
      cluster: "production",
      tier: "jwt",
      subject: "system:serviceaccount:a:b",
      audience: "https://gate.example.com",
      keys: "inline",
      output: "json",
      ...KUBE,
    },
    // The API server of the test has no issuer.
    ending: together("/.well-known/openid-configuration: 404"),
    without: {
      cluster: missing("cluster"),
      tier: together("--audience is not for --tier capability"),
      subject: together("--tier jwt needs --subject"),
      kubeconfig: noCluster,
    },
  },
  {
    command: "enroll",
    options: { cluster: "production", tier: "client-certificate", certificate: "tls.crt", output: "json" },
    ending: { code: 0, says: /"fingerprint"/ },
    without: {
      cluster: missing("cluster"),
      tier: together("--certificate is not for --tier capability"),
      certificate: together("needs --certificate FILE"),
      output: { code: 0, says: /^production: /m },
    },
  },
  {
    command: "keys new",
    options: { algorithm: "ES256", out: "new-keys.json", output: "json" },
    ending: [
      { code: 0, says: /"result":"made"/ },
      { code: 2, says: /^postern: new-keys\.json: exists already/m },
    ],
    without: {
      out: { code: 0, says: /"result":"made"/ },
      output: [{ code: 0, says: /signs since/ }, together("new-keys.json: exists already")],
    },
  },
  {
    command: "keys rotate",
    options: { life: "1h", grace: "1d", algorithm: "EdDSA", now: "", output: "json" },
    rest: ["keys.json"],
    ending: { code: 0, says: /"result":"rotated"/ },
    without: {
      now: [
        { code: 1, says: /an instance may not have it/ },
        { code: 0, says: /"result":"rotated"/ },
      ],
      output: { code: 0, says: /verifies until/ },
    },
  },
  {
    command: "keys drop",
    options: { output: "json" },
    rest: ["keys.json", "first"],
    ending: [{ code: 0, says: /"result":"dropped"/ }, together("keys.json: has no key of this id")],
    without: { output: [{ code: 0, says: /^first is dropped/m }, together("keys.json: has no key of this id")] },
  },
  {
    command: "keys list",
    options: { output: "json" },
    rest: ["keys.json"],
    ending: { code: 0, says: /"role":"signs"/ },
    without: { output: { code: 0, says: /signs/ } },
  },
];

/** The least that each command needs: every other option is absent. */
export const MINIMAL: readonly OptionSet[] = [
  { command: "review", options: { use: "deny-labels" }, rest: ["pod.yaml"], ending: { code: 0, says: /^allowed/m } },
  {
    command: "test",
    options: { gate: "gate.ts" },
    rest: ["pod.test.yaml"],
    ending: { code: 0, says: /^1 passed, 0 failed/m },
  },
  {
    command: "new policy",
    options: {},
    rest: ["there"],
    ending: { code: 2, says: /^postern: policies\/there\.ts: is there already/m },
  },
  { command: "explain", options: {}, ending: { code: 0, says: /^Images$/m } },
  {
    command: "render",
    options: { cluster: "local", url: "https://gate.example.com", gate: "gate.ts" },
    ending: { code: 0, says: /^kind: ValidatingWebhookConfiguration/m },
  },
  { command: "serve", options: { gate: "gate.ts" }, ending: [{ runs: /"message":"listening"/ }, portInUse] },
  {
    command: "sync",
    options: {},
    ending: { code: 2, says: /^postern: --config: \/etc\/postern\/sync\.yaml does not exist/m },
  },
  {
    command: "sync",
    options: { config: "sync.yaml", watch: "", kubeconfig: "kubeconfig" },
    ending: { runs: /no-targets/ },
  },
  { command: "announce", options: { config: "announce.yaml" }, ending: { code: 0, says: /^announced/m } },
  { command: "rollout", options: { kubeconfig: "kubeconfig" }, ending: follows },
  { command: "doctor", options: { kubeconfig: "kubeconfig" }, ending: { code: 3, says: /no-registration/ } },
  {
    command: "tls-sidecar",
    options: { ...PAIR, out: "out", "reload-command": "true" },
    ending: { runs: /"result":"confirmed"/ },
  },
  {
    command: "records verify",
    options: { key: "records.jwks" },
    rest: ["records.jsonl"],
    ending: { code: 0, says: /no findings/ },
  },
  { command: "records query", options: {}, rest: ["records.jsonl"], ending: { code: 0, says: /4 of 4 records/ } },
  { command: "records export", options: {}, rest: ["records.jsonl"], ending: { code: 0, says: /"batch"/ } },
  { command: "records tail", options: {}, rest: ["records.jsonl"], ending: { runs: /web-3/ } },
  {
    command: "enroll",
    options: { cluster: "production", kubeconfig: "kubeconfig" },
    ending: { code: 2, says: /^postern: \/\.well-known\/openid-configuration: 404/m },
  },
  { command: "keys new", options: {}, ending: { code: 0, says: /"keys"/ } },
  { command: "keys list", options: {}, rest: ["keys.json"], ending: { code: 0, says: /signs/ } },
  {
    command: "keys drop",
    options: {},
    rest: ["keys.json", "none"],
    ending: { code: 2, says: /^postern: keys\.json: has no key of this id/m },
  },
];
