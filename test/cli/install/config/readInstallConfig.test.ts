import { expect, it } from "vitest";
import { stringify } from "yaml";
import { readInstallConfig } from "../../../../src/cli/install/config/readInstallConfig.ts";

const CONFIG = {
  cluster: "production",
  hosts: ["gate.example.com"],
  trust: { roots: ["cloudflare"] },
  selfTest: { publicKey: { kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" } },
  images: { postern: "postern:1", gate: "gate:1" },
};

async function faultsOf(text: string): Promise<string[]> {
  const result = await readInstallConfig({ file: "postern.yaml", text, components: [] });
  return "scope" in result ? [] : result.map(({ line, message }) => `${line ?? ""} ${message}`.trim());
}

it("a config that is complete has no fault", async () => {
  expect(await faultsOf(stringify(CONFIG))).toEqual([]);
});

it.each<[what: string, change: object, fault: RegExp]>([
  ["a mistyped key", { imges: {} }, /^\d+ "imges" is no key of the config; did you mean images\?$/],
  [
    "a mistyped key below another",
    { images: { postren: "a:1" } },
    /"postren" is no key of images; did you mean postern\?$/,
  ],
  [
    "a mistyped key in a list",
    { imagePullSecrets: [{ nmae: "a" }] },
    /^\d+ imagePullSecrets\.0\.name is missing|"nmae"/,
  ],
  ["a key like no other", { zzzzzz: 1 }, /"zzzzzz" is no key of the config; known are components, gate, /],
  ["a value of another type", { cluster: 5 }, /^\d+ cluster: expected a string; write it in quotes$/],
  ["no cluster", { cluster: undefined }, /^\d+ cluster is missing; expected the cluster's name/],
  ["no place", { hosts: [] }, /^\d+ hosts is empty; list the hosts/],
  ["no roots", { trust: {} }, /^\d+ trust has no roots; /],
  [
    "roots that are not used",
    { trust: { mode: "system", roots: ["cloudflare"] } },
    /^\d+ trust has roots, and mode system/,
  ],
  ["an unknown catalogue", { trust: { roots: ["cloudfare"] } }, /sync settings do not fit: trust\.roots: /],
  ["two forms of the sync", { components: ["sync", "watch"] }, /components has sync and watch/],
  ["an address out of range", { address: "10.0.0.300" }, /address "10\.0\.0\.300" is no IP address/],
  [
    "a long IPv6 address",
    { address: "fd00:0:0:0:0:0:0:1" },
    /address is fd00:0:0:0:0:0:0:1; write it as URLs have it: fd00::1/,
  ],
  [
    "a host in another spelling",
    { hosts: ["127.1"] },
    /hosts\.0 is 127\.1; write its host as URLs have it: 127\.0\.0\.1/,
  ],
  [
    "a base path that URLs of gates cannot have",
    { hosts: ["gate.example.com/a/../b"] },
    /hosts\.0 .* is no base of a gate's URL/,
  ],
  ["a line break in a host", { hosts: ["a.example\nb.example"] }, /hosts\.0: expected a place/],
  ["a URL on another host", { url: "https://other.example.com" }, /sync settings do not fit: url: its host/],
  [
    "a duration that does not fit",
    { sync: { jitter: "10h" } },
    /sync settings do not fit: jitter: expected at most half/,
  ],
  [
    "an unknown key of a provider",
    { sync: { provider: { cloudflare: { zne: "a" } } } },
    /sync settings do not fit: provider/,
  ],
  [
    "a private key among certificates",
    {
      trust: {
        certificates:
          "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n",
      },
    },
    /^\d+ trust\.certificates has a fault in its line 1: a block whose content/,
  ],
  [
    "an image without a tag",
    { images: { postern: "registry.example.com:5000/postern" } },
    /images\.postern: expected an image with a tag or a digest/,
  ],
  ["a tag where digests are pinned", { pinnedImages: true }, /images\.postern has no digest/],
  [
    "a capability with a gate that knows none",
    { components: ["sync", "gate"], capability: { enabled: true } },
    /identity\.tiers has no capability/,
  ],
  [
    "an existing Issuer without a name",
    { components: ["gate"], issuer: { kind: "existing" } },
    /issuer\.existing is missing/,
  ],
  ["a sidecar without a namespace", { components: ["tls-sidecar"] }, /tlsSidecar\.namespace is missing/],
  [
    "HOST:* with a tier that needs ports",
    { components: ["gate"], hosts: ["a.example:*"], identity: { tiers: ["jwt"] } },
    /hosts has HOST:\*, and the tiers/,
  ],
  ...["gate.example.com:99999", "gate.example.com:65536", "gate..example.com", "g.-a.com", "a.com-:443", "a.com."].map(
    (host): [string, object, RegExp] => [`the host ${host}`, { hosts: [host] }, /^\d+ hosts\.0: expected a place in/],
  ),
  ...[
    "99 * * * *",
    "* 24 * * *",
    "* * 0 * *",
    "* * * 13 *",
    "* * * * 7",
    "*/0 * * * *",
    "@hourlyy",
    "@every",
    "* * * *",
  ].map((schedule): [string, object, RegExp] => [
    `the schedule ${schedule}`,
    { schedule },
    /^\d+ schedule: expected a schedule/,
  ]),
  ...["5-2 * * * *", "* * * * fri-mon", "* * * 1,dec-2 *", "0 9-8/2 * * *"].map(
    (schedule): [string, object, RegExp] => [
      `the schedule ${schedule}`,
      { schedule },
      /^\d+ schedule: expected ranges that end after they begin, such as 2-5$/,
    ],
  ),
  ...["-1", "1..5Gi", true].map((memory): [string, object, RegExp] => [
    `the memory ${memory}`,
    { resources: { gate: { limits: { memory } } } },
    /^\d+ resources\.gate\.limits\.memory: expected a quantity such as 50m or 128Mi$/,
  ]),
  [
    "a negative amount",
    { resources: { gate: { limits: { memory: -1 } } } },
    /^\d+ resources\.gate\.limits\.memory: expected at least 0$/,
  ],
  ["a negative number of replicas", { replicas: { gate: -1 } }, /^\d+ replicas\.gate: expected at least 0$/],
  ["too many replicas", { replicas: { gate: 101 } }, /^\d+ replicas\.gate: expected at most 100$/],
  ...["https://gate.example.com/", "https://gate.example.com:443", "https://GATE.example.com"].flatMap(
    (url): [string, object, RegExp][] => [
      [`the url ${url}`, { url }, /^\d+ url is not as the gate writes it; write its host in lower case, without :443/],
      [
        `the url ${url} of capabilities`,
        { capability: { enabled: true, url } },
        /^\d+ capability\.url is not as the gate writes it; write its host/,
      ],
    ],
  ),
  [
    "a long IPv6 address in url",
    { hosts: ["fd00::1"], url: "https://[fd00:0::1]" },
    /^\d+ url has the host fd00:0::1; write it as URLs have it: fd00::1$/,
  ],
  ...["registry.example.com/Team/postern:1", "a//b:1", "a/:1", "a..b:1", "a:1@sha256:abc", "fd00::1/a:1"].map(
    (postern): [string, object, RegExp] => [
      `the image ${postern}`,
      { images: { postern } },
      /^\d+ images\.postern: expected an image with a tag or a digest, .* whose path is in lower case$/,
    ],
  ),
  [
    "a request above the default limit",
    { resources: { sync: { requests: { memory: "512Mi" } } } },
    /^\d+ resources\.sync\.requests\.memory is 512Mi, above the limit 256Mi; raise resources\.sync\.limits\.memory too$/,
  ],
  [
    "a key of a label that is none",
    { pods: { labels: { "bad key!": "a" } } },
    /^\d+ pods\.labels\.bad key!: expected a key such as team or example\.com\/team/,
  ],
  [
    "a value of a label that is none",
    { pods: { labels: { team: "a b" } } },
    /^\d+ pods\.labels\.team: expected the value/,
  ],
  [
    "a node selector in upper case before the slash",
    { pods: { nodeSelector: { "Example.com/a": "b" } } },
    /^\d+ pods\.nodeSelector\.Example\.com\/a: expected a key such as/,
  ],
  [
    "a mistyped key of a variable",
    { env: { sync: [{ name: "A", vlaue: "b" }] } },
    /^\d+ "vlaue" is no key of env\.sync\.0; did you mean value\?$/,
  ],
  [
    "a number as a variable",
    { env: { sync: [{ name: "PORT", value: 80 }] } },
    /^\d+ env\.sync\.0\.value: expected a string; write it in quotes$/,
  ],
  [
    "a variable that is named twice",
    { env: { gate: [{ name: "A" }, { name: "A" }] } },
    /^\d+ env\.gate\.1\.name A is there twice; leave one out$/,
  ],
  [
    "a variable that the gate has already",
    { components: ["gate"], env: { gate: [{ name: "POSTERN_METRICS_PORT", value: "1" }] } },
    /^\d+ env\.gate\.0\.name POSTERN_METRICS_PORT is set by postern install; leave it out$/,
  ],
  [
    "a variable that providerHosts is for",
    { providerHosts: ["a.example"], env: { sync: [{ name: "POSTERN_PROVIDER_HOSTS" }] } },
    /^\d+ env\.sync\.0\.name POSTERN_PROVIDER_HOSTS is set by postern install/,
  ],
  [
    "a Secret for images twice",
    { imagePullSecrets: [{ name: "a" }, { name: "a" }] },
    /^\d+ imagePullSecrets\.1\.name a is there twice; leave one out$/,
  ],
  [
    "a mistyped key of a rule",
    { egress: { sync: [{ ports: [{ port: 443, protcol: "TCP" }] }] } },
    /^\d+ "protcol" is no key of egress\.sync\.0\.ports\.0; did you mean protocol\?$/,
  ],
  [
    "a mistyped key of a caller",
    { rollout: { callers: [{ podSelecter: {} }] } },
    /^\d+ "podSelecter" is no key of rollout\.callers\.0; did you mean podSelector\?$/,
  ],
  [
    "a toleration of an unknown operator",
    { pods: { tolerations: [{ key: "a", operator: "Exist" }] } },
    /^\d+ pods\.tolerations\.0\.operator: expected "Exists" or/,
  ],
  [
    "the class of a load balancer without one",
    { components: ["gate"], service: { loadBalancerClass: "a/b" } },
    /^\d+ service\.loadBalancerClass is only for service\.type LoadBalancer/,
  ],
  [
    "a URL as a host",
    { hosts: ["https://gate.example.com"] },
    /^\d+ hosts\.0: expected a place in lower case, without https/,
  ],
  ["no component", { components: [] }, /^\d+ components: expected at least 1 item$/],
  ["a name with two dots", { providerSecret: "a..b" }, /^\d+ providerSecret: expected the name of an object/],
  ["another load", { sync: { load: "foo" } }, /^\d+ sync\.load: expected api-server, or requestsPerSecond and latency/],
  [
    "null for a list",
    { components: null },
    /^\d+ components is null, and needs a value: expected an array; leave the key/,
  ],
  [
    "null for a map",
    { pods: { nodeSelector: null } },
    /^\d+ pods\.nodeSelector is null, .*: expected an object; leave/,
  ],
  [
    "a wildcard as a CustomResourceDefinition",
    { crds: ["*"] },
    /crds\.0: expected the name of a CustomResourceDefinition/,
  ],
])("%s is a fault with its line", async (_, change, fault) => {
  const faults = await faultsOf(stringify({ ...CONFIG, ...change }));
  expect(faults.length).toBeGreaterThan(0);
  expect(faults[0]).toMatch(fault);
});

it.each([
  "*/5 * * * *",
  "0,30 6-18/2 1,15 JAN-mar Mon-Fri",
  "05 0 31 12 6",
  "3-3 08-10 * jan-2 sun-1",
  "? ? ? ? ?",
  "@midnight",
])("the schedule %j has no fault", async (schedule) => {
  expect(await faultsOf(stringify({ ...CONFIG, schedule }))).toEqual([]);
});

it.each([
  "localhost:5000/postern:1",
  "[fd00::1]:5000/team/postern:1",
  "registry.example.com:5000/a/b__c-d.e:V1_x",
  "10.0.0.1/postern:1",
])("the image %j has no fault", async (postern) => {
  expect(await faultsOf(stringify({ ...CONFIG, images: { postern } }))).toEqual([]);
});

it.each<[string, object]>([
  ["a request that is its limit", { resources: { sync: { requests: { memory: "0.25Gi" } } } }],
  ["a request without a limit", { resources: { sync: { requests: { memory: "2Gi" }, limits: null } } }],
  ["an annotation in upper case before the slash", { pods: { annotations: { "Example.com/A": "b c" } } }],
  ["an empty value of a label", { pods: { labels: { "node-role.kubernetes.io/gate": "" } } }],
  ["an IPv6 host in url", { hosts: ["fd00::443"], url: "https://[fd00::443]" }],
  ["a variable that only the gate has", { env: { sync: [{ name: "POSTERN_METRICS_PORT", value: "1" }] } }],
])("%s is no fault", async (_, change) => {
  expect(await faultsOf(stringify({ ...CONFIG, ...change }))).toEqual([]);
});

const PEM = "|\n    -----BEGIN CERTIFICATE-----\n    xx\n";
it.each([
  ["url: https://other.example.com", "sync settings do not fit: url: its host"],
  ["sync:\n  soak: 1h\n  jitter: 10h", "sync settings do not fit: jitter: expected"],
  ["sync:\n  soak: 1h\n  provider: { cloudflare: { zne: a } }", "sync settings do not fit: provider"],
  [
    `identity:\n  tiers: []\n  clientCertificates: ${PEM}`,
    "identity.clientCertificates has a fault in its line 1: a block",
  ],
  [`trust:\n  mode: pin\n  certificates: ${PEM}`, "trust.certificates has a fault in its line 1: a block"],
])("the fault of %j has the line of its key", async (text, message) => {
  const [key = ""] = /^\w+/.exec(text) ?? [];
  const before = stringify(Object.fromEntries(Object.entries(CONFIG).filter(([name]) => name !== key)));
  const lines = `${before}${text}`.split("\n");
  const line = lines.findIndex((it) => /url:|jitter|provider|ertificates/.test(it)) + 1;
  expect(await faultsOf(`${before}${text}\n`)).toEqual([expect.stringContaining(`${line} ${message}`)]);
});

it.each([
  ["", "is empty; expected keys such as cluster, hosts and images"],
  ["- a\n", "1 is no map of keys"],
  ["a: [\n", expect.stringMatching(/^\d+ /)],
  ["cluster: a\ncluster: b\n", expect.stringMatching(/^2 /)],
  ["cluster: a\n---\ncluster: b\n", expect.stringMatching(/is a second document; a config is one document$/)],
])("the text %j has a fault", async (text, fault) => {
  expect(await faultsOf(text)).toEqual([fault]);
});

it.each(["__proto__", "constructor", "toString"])("the key %s is unknown like any other", async (key) => {
  expect(await faultsOf(`${key}: { x: 1 }\n${stringify(CONFIG)}`)).toEqual([
    expect.stringMatching(`^1 "${key}" is no key of the config; `),
  ]);
});

it("all faults are reported, in the order of their lines", async () => {
  const faults = await faultsOf("gaet: a\ncluster: 5\nimages: { x: a }\n");
  expect(faults.map((it) => it.split(" ")[0])).toEqual(["1", "2", "3"]);
});

it("components of the call replace those of the config", async () => {
  const text = stringify({ ...CONFIG, components: ["sync"] });
  const result = await readInstallConfig({ file: "a", text, components: ["watch"] });
  expect(result).toMatchObject({ config: { components: ["watch"] } });
});
