import { chmodSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { TestCa } from "../cluster/TestCa.ts";
import { HostileServer } from "../http/HostileServer.ts";
import { HOSTILE_ANSWERS } from "../http/hostileAnswers.ts";
import { FakeApiServer } from "./FakeApiServer.ts";
import { InputFolder } from "./InputFolder.ts";
import { PosternProcess } from "./PosternProcess.ts";
import { runPostern } from "./runPostern.ts";

const ID = "023e105f4ecef8ad9ca31a8372d0c353";
const KEY = { kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" };
/** The pair of RFC 8037, appendix A. */
const PRIVATE = { ...KEY, d: "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A" };

let secure: HostileServer;
let plain: HostileServer;
let withoutTls: HostileServer;
let api: FakeApiServer;
let folder: InputFolder;
let kubeconfig: string;
beforeAll(async () => {
  secure = await HostileServer.start(await TestCa.create("hostile CA"));
  plain = await HostileServer.start();
  withoutTls = await HostileServer.withoutTls();
});
afterAll(() => Promise.all([secure?.stop(), plain?.stop(), withoutTls?.stop()]));
beforeEach(async () => {
  folder = new InputFolder();
  api = new FakeApiServer();
  kubeconfig = folder.write("kubeconfig", await api.start());
  chmodSync(folder.write("key.json", JSON.stringify(PRIVATE)), 0o600);
  return () => {
    api.stop();
    folder.remove();
  };
});

const KV = { account: ID, namespace: ID, token: { env: "TOKEN" } };
const FIXED = { url: "https://gate.example.com", roots: ["google"] };
const ACM = { region: "eu-central-1", certificate: "arn:aws:acm:x" };
const TIMEOUTS = { next: "500ms", handshake: "500ms", probe: "1s" };
const sync = (more: object): string[] => {
  const goal = { gate: "g", cluster: "c", trust: { mode: "system" }, selfTest: { publicKey: KEY } };
  const config = { ...goal, hosts: ["gate.example.com"], timeouts: TIMEOUTS, ...more };
  return ["sync", "--once", "--config", folder.write("sync.yaml", stringify(config)), "--kubeconfig", kubeconfig];
};
const announce = (more: object): string[] => {
  const config = { gate: "g", url: FIXED.url, key: "key.json", publish: { file: "out" }, timeout: "500ms" };
  const text = stringify({ ...config, provider: { fixed: FIXED }, ...more });
  return ["announce", "--config", folder.write("announce.yaml", text)];
};
/** A kubeconfig of an API server that misbehaves. */
const hostileKubeconfig = (): string => {
  const cluster = { server: plain.url, "insecure-skip-tls-verify": true };
  const config = { ...JSON.parse(readFileSync(kubeconfig, "utf8")), clusters: [{ name: "fake", cluster }] };
  return folder.write("hostile", JSON.stringify(config));
};

type Case = readonly [name: string, args: () => string[]];
const answer = (name: string): void => {
  const [, found] = HOSTILE_ANSWERS.find(([it]) => it === name) ?? [];
  if (found === undefined) throw new Error(`no answer ${name}`);
  secure.answer = found;
  plain.answer = found;
};
const cloudflare = (api: string): object => ({ zone: ID, token: { env: "TOKEN" }, api });

const CASES: readonly Case[] = [
  ["sync: an announcement", () => sync({ announcement: { url: secure.url, publicKey: KEY } })],
  ["sync: an announcement without TLS", () => sync({ announcement: { url: withoutTls.url, publicKey: KEY } })],
  ["sync: a provider", () => sync({ provider: { cloudflare: cloudflare(plain.url) } })],
  ["sync: an API server", () => [...sync({}).slice(0, -1), hostileKubeconfig()]],
  ["announce: a provider", () => announce({ provider: { cloudflare: cloudflare(plain.url) } })],
  ["announce: a place", () => announce({ publish: { cloudflareKv: { ...KV, api: plain.url } } })],
  ["announce: an ACME server", () => announce({ provider: { acme: { directory: plain.url, ...FIXED } } })],
  ["announce: AWS", () => announce({ provider: { aws: { ...ACM, endpoint: plain.url } } })],
  ["doctor: an API server", () => ["doctor", "--kubeconfig", hostileKubeconfig()]],
  ["enroll: an API server", () => ["enroll", "--cluster", "c", "--kubeconfig", hostileKubeconfig()]],
];
const ENV = (): Record<string, string> => ({
  TOKEN: "TOKEN-OF-THE-PROVIDER",
  POSTERN_PROVIDER_HOSTS: plain.url,
  AWS_ACCESS_KEY_ID: "x",
  AWS_SECRET_ACCESS_KEY: "SECRET-OF-AWS",
});

describe.each(["101 with an upgrade", "103 for ever", "headers without an end, slowly", "GOAWAY of HTTP/2", "nothing"])(
  "postern settles after %s, for",
  (name) => {
    it.each(CASES)("%s", async (_, args) => {
      answer(name);
      const { code, out, err } = await runPostern(args(), { env: ENV() });
      expect([1, 2]).toContain(code);
      expect(out + err).not.toMatch(/TOKEN-OF|SECRET-OF|internal error/);
    });
  },
);

// Node ends a process with 13 when nothing can settle its last promise.
it.each(CASES.filter(([name]) => ["sync: an announcement", "announce: a place"].includes(name)))(
  "the process of postern ends with an exit code of its own after 101, for %s",
  async (_, args) => {
    answer("101 with an upgrade");
    const run = new PosternProcess(args(), folder.path, ENV());
    try {
      expect(await run.exit()).toBe(1);
      expect(run.out + run.err).toMatch(/no-targets|answers 101/);
    } finally {
      run.kill();
    }
  },
);
