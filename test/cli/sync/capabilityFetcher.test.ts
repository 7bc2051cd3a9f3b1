import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { SyncRunner } from "../../../src/cli/sync/SyncRunner.ts";
import { TestCa } from "../../cluster/TestCa.ts";
import { madeCapability, madeToken } from "../../sync/capability/madeCapability.ts";
import { wrongAnswers } from "../../sync/capability/wrongAnswers.ts";
import { type LoopbackAnswer, type LoopbackCall, LoopbackServer } from "../../sync/LoopbackServer.ts";
import { InputFolder } from "../InputFolder.ts";
import { type Ran, runPostern } from "../runPostern.ts";

const GATE = `import { defineGate, policy } from "postern";
const pods = policy({ name: "pods", match: { resources: ["pods"] }, validate: () => undefined });
export default defineGate({ policies: [pods], clusters: { prod: { identity: 'none' } } });
`;
const NOW = Date.now();
/** Past half of its life. */
const OLD = madeCapability({ issuedMs: NOW - 16 * 3_600_000 });
const ADMISSION = "/apis/admissionregistration.k8s.io/v1/";

let gate: LoopbackServer;
let api: LoopbackServer;
let folder: InputFolder;
let config: string;
let kubeconfig: string;
let registrations: { readonly kind: string }[];

beforeAll(async () => {
  const ca = await TestCa.create("gate");
  gate = await LoopbackServer.start(ca);
  api = await LoopbackServer.start();
  folder = new InputFolder();
  const pem = folder.write("ca.pem", ca.cert);
  const at = ["--gate", folder.write("gate.ts", GATE), "--cluster", "prod", "--url", gate.url, "--ca", pem];
  const { out } = await runPostern(["render", ...at, "--sync", "--output", "json"]);
  registrations = JSON.parse(out.replaceAll("/c/prod/", `/k/${OLD}/c/prod/`)).items;
  config = folder.write("sync.yaml", configWith({}));
  kubeconfig = folder.write(
    "kubeconfig",
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "c", cluster: { server: api.url, "insecure-skip-tls-verify": true } }],
      users: [{ name: "u", user: { token: "t" } }],
      contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
      "current-context": "x",
    }),
  );
});
beforeEach(() => {
  folder.write("token", madeToken({ aud: [`${gate.url}/token`] }));
  gate.calls.length = 0;
  gate.answer = () => ({ status: 500 });
  api.calls.length = 0;
  api.answer = answerOfApi;
});
afterAll(async () => {
  folder.remove();
  await Promise.all([gate.stop(), api.stop()]);
});

function configWith(capability: object): string {
  return JSON.stringify({
    gate: "postern",
    cluster: "prod",
    trust: { mode: "pin", roots: ["./ca.pem"] },
    selfTest: { publicKey: { kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" } },
    hosts: ["127.0.0.1"],
    capability: { tokenFile: join(folder.path, "token"), ...capability },
  });
}

/** The parts of an API server that a run without writes uses. */
function answerOfApi({ method, url, body }: LoopbackCall): LoopbackAnswer {
  const json = (status: number, value: object): LoopbackAnswer => ({
    status,
    body: JSON.stringify(value),
    headers: { "content-type": "application/json" },
  });
  if (method === "GET" && url.startsWith(ADMISSION)) {
    const items = registrations
      .filter(({ kind }) => url.startsWith(`${ADMISSION}${kind.toLowerCase()}s`))
      .map((it) => ({ ...it, metadata: { ...Object(it).metadata, uid: "u", resourceVersion: "1" } }));
    return json(200, { kind: "List", items });
  }
  if (method === "GET")
    return url.includes("customresource") ? json(200, { items: [] }) : json(404, { kind: "Status" });
  return json(method === "POST" ? 201 : 200, JSON.parse(body));
}

const sync = (file: string, ...args: string[]): Promise<Ran> =>
  runPostern(["sync", "--config", file, "--kubeconfig", kubeconfig, ...args], {
    env: { POSTERN_TOKEN_FOLDER: folder.path },
  });
const patches = (): string[] => api.calls.flatMap(({ method, url }) => (method === "PATCH" ? [url] : []));
/** What is said of the run, without a part of either token. */
function said({ out, err }: Ran): string {
  const events = api.calls.filter(({ url }) => url.includes("/events")).map(({ body }) => body);
  for (const text of [out, err, ...events]) expect(text).not.toMatch(/eyJ|s{20}/);
  return out;
}

describe("postern sync with a capability that is due", () => {
  it.each(wrongAnswers(NOW))(
    "exits with 1 and writes no registration for an answer of %s",
    async (_, answer, fault) => {
      gate.answer = answer;
      const ran = await sync(config, "--output", "json");
      const { findings } = JSON.parse(said(ran));
      expect([ran.code, ran.err, patches()]).toEqual([1, "", []]);
      expect(gate.calls.map(({ method, url }) => `${method} ${url}`)).toEqual(["POST /token/prod"]);
      expect(findings.map(({ code }: { code: string }) => code)).toEqual(["capability-not-renewed"]);
      const [{ message }] = findings;
      const [, what = ""] = /^the gate issued no other capability: (.*); the present one ends at /.exec(message) ?? [];
      expect(what).toMatch(fault);
    },
  );

  it.each<[what: string, token: object, fault: RegExp]>([
    ["is not there", { tokenFile: "/nowhere/token" }, /is empty or cannot be read/],
    ["is in another folder", { tokenFile: "/etc/passwd" }, /is not below /],
    [
      "is for another URL",
      { url: "https://127.0.0.1:1" },
      /the token in \S+\/token is not for the audience https:\/\/127\.0\.0\.1:1\/token alone/,
    ],
  ])("sends no token when the token %s", async (_, capability, fault) => {
    const ran = await sync(folder.write("other.yaml", configWith(capability)));
    expect([ran.code, patches(), gate.calls]).toEqual([1, [], []]);
    expect(said(ran)).toMatch(fault);
  });

  it("says with --dry-run what it would do, and calls no gate", async () => {
    const ran = await sync(config, "--dry-run");
    expect([ran.code, patches(), gate.calls]).toEqual([1, [], []]);
    expect(said(ran)).toMatch(/^would renew the capability: the present one ends at \S+$/m);
    expect(ran.out).toMatch(/^would try-canary {2}https:\/\/\S+\/k\/\(hidden\): /m);
    expect(ran.out).toMatch(/^would switch-url .*: the capability in the URL changes$/m);
  });

  it("reports the seconds that are left as a metric, without the capability", async () => {
    const file = join(folder.path, "sync.prom");
    await sync(config, "--metrics", file);
    const text = await readFile(file, "utf8");
    const [, seconds = ""] = /^postern_sync_capability_seconds_left\{[^}]*\} (\d+)$/m.exec(text) ?? [];
    expect(Number(seconds)).toBeLessThanOrEqual(8 * 3_600);
    expect(Number(seconds)).toBeGreaterThan(7 * 3_600);
    expect(text).not.toMatch(/eyJ/);
  });

  it("knows when the next one is due, for --watch", async () => {
    const terminal = {
      stdout: { write: () => 0 },
      stderr: { write: () => 0 },
      stdin: noInput(),
      env: { POSTERN_TOKEN_FOLDER: folder.path },
    };
    const runner = await SyncRunner.create(terminal, { config, kubeconfig, dryRun: false });
    expect(runner.capabilityDueAt).toBeUndefined();
    await runner.run(() => undefined);
    const lifeMs = 24 * 3_600_000;
    const part = ((runner.capabilityDueAt ?? 0) - (NOW - 16 * 3_600_000)) / lifeMs;
    expect(part).toBeGreaterThan(0.49);
    expect(part).toBeLessThan(0.63);
  });
});

async function* noInput(): AsyncGenerator<string> {
  // Nothing is typed.
}
