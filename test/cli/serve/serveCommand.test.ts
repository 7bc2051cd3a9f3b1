import { chmodSync } from "node:fs";
import { createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readReview } from "../../fixtures/readReview.ts";
import { selfSignedPair } from "../../tls/selfSignedPair.ts";
import { callHttp2, callHttps } from "../callHttps.ts";
import { InputFolder } from "../InputFolder.ts";
import { insideFolder } from "../insideFolder.ts";
import { PosternProcess } from "../PosternProcess.ts";
import { type Ran, runPostern } from "../runPostern.ts";

const folder = new InputFolder();
const started: PosternProcess[] = [];
const body = readReview("validate-v1-create-pods-1");
let ca = "";

beforeAll(async () => {
  folder.write(
    "gate.ts",
    'import { defineGate, deny, policy } from "postern";\nexport default defineGate({ policies: [policy({ name: "no", match: { resources: ["pods"] }, validate: () => deny("no pods") })], clusters: { local: { identity: "none" } } });\n',
  );
  folder.write("broken.ts", "export default [;\n");
  folder.write("rubbish.pem", "rubbish\n");
  const [pair, other] = await Promise.all([selfSignedPair(), selfSignedPair()]);
  ca = pair.cert;
  folder.write("tls.crt", pair.cert);
  folder.write("tls.key", pair.key);
  chmodSync(`${folder.path}/tls.key`, 0o600);
  folder.write("other.key", other.key);
});
afterAll(async () => {
  for (const process of started) process.kill();
  await Promise.all(started.map(({ ended }) => ended));
  folder.remove();
});

function serve(...args: string[]): PosternProcess {
  const process = new PosternProcess(["serve", ...args], folder.path);
  started.push(process);
  return process;
}
const PAIR = ["--cert", "tls.crt", "--key", "tls.key"];
const denied = { status: 200, body: { response: { allowed: false, status: { message: "no: no pods" } } } };
const path = "/c/local/validate";

it("postern serve serves h2 and http/1.1 with a certificate until SIGTERM", async () => {
  const process = serve("--gate", "gate.ts", "--port", "0", "--cert", "tls.crt", "--key", "tls.key");
  const port = Number((await process.says(/"message":"listening","port":(\d+),"protocol":"https"/))[1]);
  expect(await callHttps({ port, ca, path, body })).toMatchObject(denied);
  expect(await callHttp2({ port, ca, path, body })).toMatchObject(denied);
  expect(process.err).toBe("");
  process.signal("SIGTERM");
  expect(await process.exit()).toBe(0);
  expect(process.out).toMatch(/"message":"stopped"\}\n$/);
});

it("postern serve without a certificate serves plain HTTP and prints its purpose", async () => {
  const process = serve("--gate", "gate.ts", "--port", "0", "--host", "127.0.0.1");
  const port = Number((await process.says(/"port":(\d+),"protocol":"http"/))[1]);
  expect(process.err).toMatch(/^postern: serving plain HTTP, for an edge that terminates TLS; .*\n$/);
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });
  expect({ status: answer.status, body: await answer.json() }).toMatchObject(denied);
  process.signal("SIGINT");
  expect(await process.exit()).toBe(0);
});

describe("postern serve exits with 2 and prints one line", () => {
  // All but one in this process, because starting a process takes longer.
  const fail = (args: string[], env: Record<string, string> = {}): Promise<Ran> =>
    insideFolder(folder.path, () => runPostern(["serve", ...args], { env }));
  const tls = (cert: string, key: string): string[] => [
    "--gate",
    "gate.ts",
    "--port",
    "0",
    "--cert",
    cert,
    "--key",
    key,
  ];
  it.each<[what: string, args: string[], err: RegExp]>([
    [
      "the key of another certificate",
      tls("tls.crt", "other.key"),
      /^postern: other\.key: does not belong to the first certificate in tls\.crt; replace both files together\n$/,
    ],
    [
      "a file that is not a certificate",
      tls("rubbish.pem", "tls.key"),
      /^postern: rubbish\.pem:1: no certificate in PEM\n$/,
    ],
    [
      "a file that is not a key",
      tls("tls.crt", "rubbish.pem"),
      /^postern: rubbish\.pem: contains no private key in PEM\n$/,
    ],
    [
      "a missing certificate",
      tls("none.pem", "tls.key"),
      /^postern: none\.pem: does not exist; expected a certificate in PEM\n$/,
    ],
    [
      "a missing key",
      tls("tls.crt", "none.pem"),
      /^postern: none\.pem: does not exist; expected a private key in PEM\n$/,
    ],
    ["a key that is a folder", tls("tls.crt", "."), /^postern: \.: a folder, not a private key\n$/],
    [
      "a certificate without --key",
      ["--gate", "gate.ts", "--cert", "tls.crt"],
      /^postern: --cert and --key need each other; --key is missing\n$/,
    ],
    [
      "a standby certificate without a main one",
      ["--gate", "gate.ts", "--standby-cert", "tls.crt", "--standby-key", "tls.key"],
      /^postern: --standby-cert needs a main certificate, --cert\n$/,
    ],
    [
      "an invalid port",
      ["--gate", "gate.ts", "--port", "http"],
      /^postern: option '--port <number>' argument 'http' is invalid\. .*\n$/,
    ],
    ["a gate that does not compile", ["--gate", "broken.ts"], /^postern: broken\.ts:1:17: Unexpected ";"\n$/],
    ["a missing gate", ["--gate", "none.ts"], /^postern: none\.ts: does not exist\n$/],
  ])("for %s", async (_what, args, err) => {
    expect(await fail(args)).toEqual({ code: 2, out: "", err: expect.stringMatching(err) });
  });

  it.each([
    ["POSTERN_STANDBY_CERT", { POSTERN_STANDBY_CERT: "tls.crt", POSTERN_STANDBY_KEY: "tls.key" }],
    ["POSTERN_STANDBY_KEY", { POSTERN_STANDBY_KEY: "tls.key" }],
  ])("for %s in the environment without --cert, also when POSTERN_CERT is set", async (name, env) => {
    expect(await fail(["--gate", "gate.ts"], { ...env, POSTERN_CERT: "tls.crt", POSTERN_KEY: "tls.key" })).toEqual({
      code: 2,
      out: "",
      err: `postern: ${name} needs a main certificate, --cert\n`,
    });
  });

  it("for an address of another machine, and stops what it started", async () => {
    const process = serve(...tls("tls.crt", "tls.key"), "--host", "192.0.2.1");
    expect(await process.exit()).toBe(2);
    expect([process.out, process.err]).toEqual([
      "",
      "postern: the address of --host does not belong to this machine; give one that it has, or 0.0.0.0 for all\n",
    ]);
  });

  it.each<
    [what: string, name: string, args: (port: string) => string[], env: (port: string) => Record<string, string>]
  >([
    ["the gate", "--port", (port) => ["--port", port], () => ({})],
    ["the metrics", "POSTERN_METRICS_PORT", () => ["--port", "0"], (port) => ({ POSTERN_METRICS_PORT: port })],
  ])("when the port of %s is in use", async (_, name, args, env) => {
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, resolve));
    const address = blocker.address();
    const port = typeof address === "object" && address !== null ? String(address.port) : "";
    try {
      expect(await fail(["--gate", "gate.ts", ...args(port), ...PAIR], env(port))).toEqual({
        code: 2,
        out: "",
        err: `postern: port ${port} is in use; choose another with ${name}, or stop what listens there\n`,
      });
    } finally {
      await new Promise((resolve) => blocker.close(resolve));
    }
  });
});
