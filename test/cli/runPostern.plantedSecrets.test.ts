import { chmodSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { stringify } from "yaml";
import { type LoopbackCall, LoopbackServer } from "../sync/LoopbackServer.ts";
import { pairOfNow } from "../tls/sidecar/SidecarBed.ts";
import { InputFolder } from "./InputFolder.ts";
import { PlantedSecrets } from "./PlantedSecrets.ts";
import { PosternProcess } from "./PosternProcess.ts";
import { type Ran, runPostern } from "./runPostern.ts";

const ID = "023e105f4ecef8ad9ca31a8372d0c353";
const GATE = fileURLToPath(new URL("../fixtures/gates/leakyGate.ts", import.meta.url));
const planted = new PlantedSecrets();
const { values, announceKey, signingKey } = planted;

let provider: LoopbackServer;
let api: LoopbackServer;
let folder: InputFolder;
let registrations: readonly { readonly kind: string }[] = [];
beforeAll(async () => {
  [provider, api] = await Promise.all([LoopbackServer.start(), LoopbackServer.start()]);
  const rendered = ["render", "--gate", GATE, "--cluster", "enforced", "--url", "https://127.0.0.1:1"];
  const { out } = await runPostern([...rendered, "--sync", "--output", "json"]);
  const items: { kind: string; metadata: object }[] = JSON.parse(out).items;
  registrations = items.map((it) => ({ ...it, metadata: { ...it.metadata, uid: "u", resourceVersion: "1" } }));
});
afterAll(() => Promise.all([provider?.stop(), api?.stop()]));

/** Written by the test, so that they may have secrets. */
let inputs: string[];
const input = (name: string, content: string): string => {
  const path = folder.write(name, content);
  inputs.push(path);
  return path;
};

beforeEach(async () => {
  folder = new InputFolder();
  inputs = [];
  api.calls.length = 0;
  provider.calls.length = 0;
  api.answer = cluster;
  provider.answer = echo(403);
  input("token", values.providerFile);
  chmodSync(input("announce-key.json", JSON.stringify(announceKey)), 0o600);
  const pair = await pairOfNow();
  input("tls.crt", pair.cert);
  chmodSync(input("tls.key", pair.key), 0o600);
  chmodSync(input("serving.key", planted.servingKey), 0o600);
  return () => folder.remove();
});

const ENV = (): Record<string, string> => ({
  PROVIDER_TOKEN: values.providerEnv,
  AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
  AWS_SECRET_ACCESS_KEY: values.awsSecret,
  AWS_SESSION_TOKEN: values.awsSession,
  HTTPS_PROXY: `http://user:${values.proxyPassword}@proxy.example.com:3128`,
  UNRELATED: values.anyVariable,
  POSTERN_PROVIDER_HOSTS: provider.url,
  POSTERN_TOKEN_FOLDER: folder.path,
  POSTERN_SIGNING_KEY: JSON.stringify(signingKey),
});

/** A server, or a proxy in front of it, that answers with the whole request. */
const echo =
  (status: number) =>
  ({ method, url, headers, body }: LoopbackCall) => {
    const request = JSON.stringify({ method, url, headers, body });
    const error = { code: 9109, type: `urn:ietf:params:acme:error:${headers.authorization}` };
    const text = {
      success: false,
      kind: "Status",
      message: request,
      errors: [{ ...error, message: request }],
      detail: request,
      ...error,
    };
    return { status, body: JSON.stringify(text), headers: { "retry-after": String(headers.authorization ?? "1") } };
  };

const KINDS: Readonly<Record<string, string>> = {
  validatingwebhookconfigurations: "ValidatingWebhookConfiguration",
  mutatingwebhookconfigurations: "MutatingWebhookConfiguration",
  customresourcedefinitions: "CustomResourceDefinition",
};
/** An API server with the registrations of the gate. */
const cluster = (call: LoopbackCall) => {
  const [path = ""] = call.url.split("?", 1);
  const kind = KINDS[path.split("/").at(-1) ?? ""];
  const items = registrations.filter((it) => it.kind === kind);
  if (call.method === "GET" && kind !== undefined)
    return { status: 200, body: JSON.stringify({ kind: "List", metadata: {}, items }) };
  return call.method === "POST" ? { status: 201, body: call.body } : echo(404)(call);
};

interface Change {
  readonly cluster?: object;
  readonly user?: object;
}
const kubeconfig = ({ cluster: change = {}, user = { token: values.kubeToken } }: Change = {}): string =>
  stringify({
    clusters: [{ name: "c", cluster: { server: api.url, "insecure-skip-tls-verify": true, ...change } }],
    users: [{ name: "u", user: { ...user, "client-key-data": Buffer.from(planted.clientKey).toString("base64") } }],
    contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
    "current-context": "x",
  });
const withPassword = (): string => kubeconfig({ user: { username: "admin", password: values.kubePassword } });
const plugin = (script: string): string =>
  kubeconfig({
    user: {
      exec: {
        apiVersion: "client.authentication.k8s.io/v1",
        command: process.execPath,
        args: ["-e", script],
        interactiveMode: "Never",
      },
    },
  });
const at = (text = kubeconfig()): string[] => ["--kubeconfig", input("kubeconfig", text)];

const cloudflare = (token: unknown = { env: "PROVIDER_TOKEN" }): object => ({
  cloudflare: { zone: ID, token, api: provider.url },
});
const sync = (more: object | string = {}, access = at()): string[] => {
  const goal = {
    gate: "postern",
    cluster: "enforced",
    trust: { mode: "system" },
    hosts: ["127.0.0.1", "gate.example.com"],
  };
  const { kty, crv, x } = signingKey;
  const timeouts = { next: "5s", handshake: "500ms", probe: "1s", canary: "1s" };
  const config = { ...goal, selfTest: { publicKey: { kty, crv, x } }, timeouts };
  const text = typeof more === "string" ? `${stringify(config)}${more}\n` : stringify({ ...config, ...more });
  return [
    "sync",
    "--once",
    "--config",
    input("sync.yaml", text),
    "--metrics",
    join(folder.path, "metrics.prom"),
    ...access,
  ];
};
const enroll = (certificate: string): string[] => {
  const tier = ["--tier", "client-certificate", "--certificate", file(certificate)];
  return ["enroll", "--cluster", "c", ...tier];
};
const announce = (more: object | string = {}, ...args: string[]): string[] => {
  const fixed = { url: "https://gate.example.com", roots: ["google"] };
  const config = { gate: "g", url: fixed.url, key: "announce-key.json", publish: { file: "out.jws" }, timeout: "5s" };
  const whole = { ...config, provider: { fixed }, ...(typeof more === "string" ? {} : more) };
  const text = `${stringify(whole)}${typeof more === "string" ? `${more}\n` : ""}`;
  return ["announce", "--config", input("announce.yaml", text), ...args];
};
const review = (file: string, text: string, ...args: string[]): string[] => [
  ...["review", "--gate", GATE, "--cluster", "enforced", input(file, text)],
  ...args,
];
const render = (...args: string[]): string[] => [
  ...["render", "--gate", GATE, "--cluster", "enforced", "--url", "https://gate.example.com"],
  ...args,
];
const serve = (...args: string[]): string[] => ["serve", "--gate", GATE, "--port", "0", "--host", "127.0.0.1", ...args];
const file = (name: string): string => join(folder.path, name);
const sidecar = (cert: string, key: string): string[] => [
  ...["tls-sidecar", "--once", "--cert", file(cert), "--key", file(key), "--out", file("out")],
];
const secret = (): string =>
  stringify({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "s" },
    data: { token: Buffer.from(values.secretData).toString("base64") },
    stringData: { text: values.secretText },
  });
const update = (): string =>
  JSON.stringify({
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    request: {
      uid: "u",
      kind: { group: "", version: "v1", kind: "Secret" },
      resource: { group: "", version: "v1", resource: "secrets" },
      namespace: "default",
      name: "s",
      operation: "UPDATE",
      userInfo: { username: "me" },
      object: {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "s" },
        data: { token: Buffer.from(values.secretData).toString("base64") },
      },
      oldObject: {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "s" },
        data: { token: Buffer.from(values.secretBefore).toString("base64") },
      },
    },
  });

const capabilityKey = (key: object, kid: string): object => ({ ...key, kid, alg: "EdDSA", use: "sig" });
const keySet = JSON.stringify({ keys: [capabilityKey(signingKey, "a"), capabilityKey(announceKey, "b")] });
/** What people have in the place of a set of keys. */
const KEY_SETS: Readonly<Record<string, () => string>> = {
  "a set of keys": () => keySet,
  "half a set of keys": () => keySet.slice(0, -20),
  "one key": () => JSON.stringify(signingKey),
  "a PEM": () => planted.servingKey,
  "a token": () => values.configMistake,
  "a private part as its algorithm": () => JSON.stringify({ keys: [{ ...signingKey, kid: "a", alg: signingKey.d }] }),
  "a private part as its public one": () =>
    JSON.stringify({ keys: [capabilityKey({ ...signingKey, x: signingKey.d }, "a")] }),
  "a private part as a time": () =>
    JSON.stringify({ keys: [{ ...capabilityKey(signingKey, "a"), "postern:since": signingKey.d }] }),
};
const keyFile = (content: () => string): string => {
  const path = input("keys.json", content());
  chmodSync(path, 0o600);
  return path;
};

/** A run, and what it says if it came to the place that the case is about. */
type Case = readonly [name: string, args: () => string[], says: RegExp, env?: () => Record<string, string>];

const broken = (value: string): string => `    password: "${value}\n`;
const CASES: readonly Case[] = [
  ["review: a Secret that policies tell of", () => review("secret.yaml", secret()), /denied/],
  ["review: the same as JSON", () => review("secret.yaml", secret(), "--output", "json"), /"denied"/],
  ["review: the same as YAML", () => review("secret.yaml", secret(), "--output", "yaml"), /denied/],
  ["review: the same, verbose", () => review("secret.yaml", secret(), "--verbose"), /denied/],
  ["review: an UPDATE of a Secret", () => review("review.json", update()), /denied/],
  ["review: a Secret with an open quote", () => review("s.yaml", secret().replace(/text: /, 'text: "')), /s\.yaml/],
  [
    "review: a Secret with an unknown tag",
    () => review("s.yaml", secret().replace(/text: /, "text: !")),
    /s\.yaml|denied/,
  ],
  ["review: a Secret with an alias", () => review("s.yaml", secret().replace(/text: /, "text: *")), /s\.yaml/],
  [
    "review: a Secret behind a block's header",
    () => review("s.yaml", secret().replace(/text: /, "text: |")),
    /s\.yaml/,
  ],
  ["review: a Secret behind an anchor", () => review("s.yaml", secret().replace(/text: /, "text: &")), /s\b/],
  ["review: a Secret behind @", () => review("s.yaml", secret().replace(/text: /, "text: @")), /s\.yaml/],
  ["review: a Secret behind an open bracket", () => review("s.yaml", secret().replace(/text: /, "text: [")), /s\.yaml/],
  [
    "review: a Secret behind a closed bracket",
    () => review("s.yaml", secret().replace(/text: /, "text: ]")),
    /s\.yaml/,
  ],
  [
    "review: a Secret with an escape",
    () => review("s.yaml", secret().replace(/text: (.*)/, 'text: "\\q$1"')),
    /s\.yaml/,
  ],
  ["review: a Secret as a directive", () => review("s.yaml", `%${values.secretText} x\n---\n${secret()}`), /s\b/],
  ["review: a Secret with a tab", () => review("s.yaml", secret().replace(/\n {2}text: /, "\n\ttext: ")), /s\.yaml/],
  [
    "review: a Secret with two values of a key",
    () => review("s.yaml", secret().replace(/( +text: .*\n)/, "$1$1")),
    /s\.yaml/,
  ],
  [
    "review: a Secret with two mappings on a line",
    () => review("s.yaml", secret().replace(/text: /, "text: a: ")),
    /s\.yaml/,
  ],
  ["review: a Secret as half JSON", () => review("s.json", update().slice(0, -30)), /s\.json/],
  [
    "review: a Secret whose data is a text",
    () => review("s.yaml", `apiVersion: v1\nkind: Secret\nmetadata: { name: s }\ndata: ${values.secretText}\n`),
    /s\b/,
  ],
  ["render: a Secret as a sample", () => render("--sample", input("secret.yaml", secret())), /kind: /],
  [
    "render: a broken Secret as a sample",
    () => render("--sample", input("s.yaml", secret().replace(/text: /, 'text: "'))),
    /s\.yaml/,
  ],
  ["render: a key as --ca", () => render("--ca", file("serving.key")), /serving\.key/],
  [
    "render --diff: an API server that repeats",
    () => {
      api.answer = echo(403);
      return render("--diff", ...at());
    },
    /403/,
  ],
  [
    "render --diff: a password with an open quote",
    () => render("--diff", ...at(withPassword().replace(/ +password: .*\n/, broken(values.kubePassword)))),
    /not YAML/,
  ],
  ["sync: a provider that repeats", () => sync({ provider: cloudflare() }), /provider-failed.*403/],
  ["sync: the same with a token file", () => sync({ provider: cloudflare({ file: "token" }) }), /provider-failed.*403/],
  [
    "sync: a provider that repeats with 429",
    () => {
      provider.answer = echo(429);
      return sync({ provider: cloudflare() });
    },
    /provider-failed.*429/,
  ],
  [
    "sync: a provider that repeats with 200",
    () => {
      provider.answer = echo(200);
      return sync({ provider: cloudflare() });
    },
    /provider-failed.*undocumented/,
  ],
  [
    "sync: a token file of another place",
    () => sync({ provider: cloudflare({ file: "/proc/self/environ" }) }),
    /provider-failed.*not below/,
  ],
  [
    "sync: an unlisted host",
    () => sync({ provider: { cloudflare: { zone: ID, token: { env: "PROVIDER_TOKEN" }, api: api.url } } }),
    /provider-failed.*not sent/,
  ],
  ["sync: a token that stands in the config", () => sync({ provider: cloudflare(values.configMistake) }), /sync\.yaml/],
  ["sync: a config with an open quote", () => sync(`token: "${values.configMistake}`), /not YAML/],
  ["sync: a config with a tag", () => sync(`token: !${values.configMistake} x`), /sync\.yaml/],
  ["sync: a config with an alias", () => sync(`token: *${values.configMistake}`), /not YAML/],
  ["sync: a key as a root", () => sync({ trust: { mode: "pin", roots: ["serving.key"] } }), /serving\.key/],
  ["sync: the token as a root", () => sync({ trust: { mode: "pin", roots: ["./token"] } }), /token/],
  [
    "sync: an API server that repeats",
    () => {
      api.answer = echo(500);
      return sync();
    },
    /500/,
  ],
  [
    "sync: the same with a password",
    () => {
      api.answer = echo(403);
      return sync({}, at(withPassword()));
    },
    /403/,
  ],
  [
    "sync: a password in the server's URL",
    () => sync({}, at(kubeconfig({ cluster: { server: `http://u:${values.kubeToken}@127.0.0.1:1` } }))),
    /127\.0\.0\.1:1/,
  ],
  [
    "sync: a plugin that fails",
    () => sync({}, at(plugin(`console.error("${values.pluginToken}"); process.exit(1)`))),
    /credentials/,
  ],
  [
    "sync: a plugin that prints no JSON",
    () => sync({}, at(plugin(`console.log("${values.pluginToken}")`))),
    /credentials/,
  ],
  ["announce: to a file", () => announce(), /^announced/],
  ["announce: as JSON", () => announce({}, "--output", "json"), /"published":true/],
  ["announce: to standard output", () => announce({ publish: { stdout: true } }), /published/],
  ["announce: a provider that repeats", () => announce({ provider: cloudflare() }), /answers 403/],
  [
    "announce: a place that repeats",
    () =>
      announce({
        publish: { cloudflareKv: { account: ID, namespace: ID, token: { file: "./token" }, api: provider.url } },
      }),
    /answers 403/,
  ],
  [
    "announce: AWS that repeats",
    () =>
      announce({ provider: { aws: { region: "eu-central-1", certificate: "arn:aws:acm:x", endpoint: provider.url } } }),
    /aws: .*403/,
  ],
  [
    "announce: an ACME server that repeats",
    () =>
      announce({ provider: { acme: { directory: provider.url, url: "https://gate.example.com", roots: ["google"] } } }),
    /answers 403/,
  ],
  [
    "announce: half a key",
    () => {
      input("announce-key.json", JSON.stringify(announceKey).slice(0, -3));
      return announce();
    },
    /announce-key\.json/,
  ],
  [
    "announce: a key with another x",
    () => {
      input("announce-key.json", JSON.stringify({ ...announceKey, x: signingKey.x }));
      return announce();
    },
    /announce-key\.json/,
  ],
  [
    "announce: a key that others can read",
    () => {
      chmodSync(file("announce-key.json"), 0o644);
      return announce();
    },
    /chmod/,
  ],
  ["announce: a config with an open quote", () => announce(`token: "${values.configMistake}`), /not YAML/],
  [
    "announce: a token that stands in the config",
    () => announce({ provider: cloudflare(values.configMistake) }),
    /announce\.yaml/,
  ],
  ["doctor: a whole view", () => ["doctor", "--gate", GATE, "--cluster", "enforced", ...at()], /127\.0\.0\.1:1/],
  [
    "doctor: the same as JSON",
    () => ["doctor", "--output", "json", "--config", sync({ provider: cloudflare() })[3] ?? "", ...at()],
    /provider-failed|"result"/,
  ],
  [
    "doctor: an API server that repeats",
    () => {
      api.answer = echo(403);
      return ["doctor", ...at()];
    },
    /403/,
  ],
  [
    "enroll: an API server that repeats",
    () => {
      api.answer = echo(403);
      return ["enroll", "--cluster", "c", ...at()];
    },
    /403/,
  ],
  ["enroll: a key as its certificate", () => enroll("serving.key"), /serving\.key/],
  ["enroll: a certificate", () => enroll("tls.crt"), /fingerprint/],
  [
    "doctor: a password with an open quote",
    () => ["doctor", ...at(withPassword().replace(/ +password: .*\n/, broken(values.kubePassword)))],
    /not YAML/,
  ],
  [
    "rollout: a password with an open quote",
    () => ["rollout", ...at(withPassword().replace(/ +password: .*\n/, broken(values.kubePassword)))],
    /not YAML/,
  ],
  [
    "rollout: a key as its certificate",
    () => ["rollout", "--port", "0", "--cert", file("serving.key"), "--key", file("tls.crt"), ...at()],
    /serving\.key|certificate/,
  ],
  [
    "serve: a key as its certificate",
    () => serve("--cert", file("serving.key"), "--key", file("serving.key")),
    /certificate|serving\.key/,
  ],
  ["serve: a key of another certificate", () => serve("--cert", file("tls.crt"), "--key", file("serving.key")), /key/],
  [
    "serve: half a key",
    () => {
      input("half.key", planted.servingKey.slice(0, 150));
      chmodSync(file("half.key"), 0o600);
      return serve("--cert", file("tls.crt"), "--key", file("half.key"));
    },
    /key/,
  ],
  [
    "serve: half a signing key",
    () => serve(),
    /signingKey/,
    () => ({ POSTERN_SIGNING_KEY: JSON.stringify(signingKey).slice(0, -3) }),
  ],
  [
    "serve: a signing key that is a PEM",
    () => serve(),
    /signingKey/,
    () => ({ POSTERN_SIGNING_KEY: planted.servingKey }),
  ],
  [
    "dev: a gate that throws",
    () => ["dev", "--port", "0", "--gate", input("gate.ts", "throw new Error(process.env.NONE);\n")],
    /gate\.ts/,
  ],
  ...Object.entries(KEY_SETS).flatMap(([what, content]): Case[] => [
    [`keys list: ${what}`, () => ["keys", "list", keyFile(content)], /keys\.json|EdDSA/],
    [`keys rotate: ${what}`, () => ["keys", "rotate", keyFile(content), "--now"], /keys\.json|EdDSA/],
    [`keys drop: ${what}`, () => ["keys", "drop", keyFile(content), "other"], /keys\.json|EdDSA/],
    [
      `records verify: ${what} as --key`,
      () => ["records", "verify", "--key", keyFile(content), folder.path],
      /keys\.json|no folder segments/,
    ],
    [`records query: ${what} as its source`, () => ["records", "query", keyFile(content)], /keys\.json/],
  ]),
  [
    "records query: a password in a URL",
    () => ["records", "query", `postgres://u:${values.proxyPassword}@db/x`],
    /exist/,
  ],
  [
    "records query: a password in a URL of S3",
    () => ["records", "query", `s3://u:${values.proxyPassword}@bucket/x`],
    /BUCKET/,
  ],
  ["tls-sidecar: a pair", () => sidecar("tls.crt", "tls.key"), /./],
  ["tls-sidecar: a key of another certificate", () => sidecar("tls.crt", "serving.key"), /key/],
  ["tls-sidecar: a key as its certificate", () => sidecar("serving.key", "tls.key"), /certificate|serving\.key/],
];

/** What a run left behind: its outputs, what it sent to the API server in bodies (Events), and the files that it wrote. */
function traces({ out, err }: Ran): Record<string, string> {
  const written = readdirSync(folder.path, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder.path, name))
    // A sidecar writes the key for its server.
    .filter((path) => statSync(path).isFile() && !inputs.includes(path) && !path.endsWith("tls.key"));
  const sent = api.calls.map(({ method, url, body }) => `${method} ${url} ${body}`).join("\n");
  return { out, err, sent, ...Object.fromEntries(written.map((path) => [path, readFileSync(path, "latin1")])) };
}

/** Runs a command. What serves is a process of its own, because it writes its log to the process's own output. */
async function run(args: readonly string[], env: Record<string, string>): Promise<Ran> {
  if (args[0] !== "serve" && args[0] !== "dev") return runPostern(args, { env });
  const postern = new PosternProcess(args, folder.path, env);
  try {
    const code = await postern.exit();
    return { code: typeof code === "number" ? code : -1, out: postern.out, err: postern.err };
  } finally {
    postern.kill();
  }
}

// The AWS SDK reads the environment of the process.
beforeEach(() => {
  for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"]) vi.stubEnv(name, ENV()[name]);
  return () => void vi.unstubAllEnvs();
});

describe("no output, Event, metric or file has a planted secret after", () => {
  it.each(CASES.map((it) => [it[0], it] as const))("%s", async (_, [, args, says, env]) => {
    const given = args();
    const ran = await run(given, { ...ENV(), ...env?.() });
    const found = Object.entries(traces(ran)).map(([where, text]) => [where, planted.foundIn(text)]);
    expect(Object.fromEntries(found.filter(([, names]) => (names ?? []).length > 0))).toEqual({});
    expect(ran.out + ran.err).toMatch(says);
    if (given[0] === "sync" && ran.out.includes("provider-failed"))
      expect(traces(ran).sent).toMatch(/\/events .*"reason":"ProviderFailed"/);
    expect(ran.err).not.toMatch(/internal error/);
  });
});

it.each<[string, () => string[], RegExp]>([
  ["rollout: an API server that repeats", () => ["rollout", "--output", "json", ...at()], /403/],
  [
    "sync --watch: a provider that repeats",
    () => ["sync", "--watch", ...sync({ provider: cloudflare(), jitter: "0s" }).slice(2)],
    /403/,
  ],
])("no line of a process that runs until a signal has a planted secret after %s", async (_, args, says) => {
  const given = args();
  if (given[0] === "rollout") api.answer = echo(403);
  const postern = new PosternProcess(given, folder.path, ENV());
  try {
    await Promise.any([postern.says(says), postern.says(says, "err")]);
    postern.signal("SIGTERM");
    await postern.exit();
    const found = Object.entries(traces({ code: 0, out: postern.out, err: postern.err })).map(
      ([where, text]) => [where, planted.foundIn(text)] as const,
    );
    expect(found.filter(([, names]) => names.length > 0)).toEqual([]);
  } finally {
    postern.kill();
  }
});
