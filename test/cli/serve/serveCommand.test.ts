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
    'import { defineGate, deny, policy } from "postern";\nexport default defineGate({ policies: [policy({ name: "no", match: { resources: ["pods"] }, validate: () => deny("no pods") })], clusters: { local: {} } });\n',
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
const denied = { status: 200, body: { response: { allowed: false, status: { message: "no pods" } } } };
const path = "/c/local/validate";

it("serves h2 and http/1.1 with a certificate, until SIGTERM", async () => {
  const process = serve("--gate", "gate.ts", "--port", "0", "--cert", "tls.crt", "--key", "tls.key");
  const port = Number((await process.says(/"message":"listening","port":(\d+),"protocol":"https"/))[1]);
  expect(await callHttps({ port, ca, path, body })).toMatchObject(denied);
  expect(await callHttp2({ port, ca, path, body })).toMatchObject(denied);
  expect(process.err).toBe("");
  process.signal("SIGTERM");
  expect(await process.exit()).toBe(0);
  expect(process.out).toMatch(/"message":"stopped"\}\n$/);
});

it("serves plain HTTP without one, and says what that is for", async () => {
  const process = serve("--gate", "gate.ts", "--port", "0", "--host", "127.0.0.1");
  const port = Number((await process.says(/"port":(\d+),"protocol":"http"/))[1]);
  expect(process.err).toMatch(/^postern: plain HTTP, for an edge in front that terminates TLS; .*\n$/);
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });
  expect({ status: answer.status, body: await answer.json() }).toMatchObject(denied);
  process.signal("SIGINT");
  expect(await process.exit()).toBe(0);
});

describe("a start that fails: exit code 2 and one clear line", () => {
  // In this process, but for one: each start of a process loads everything anew.
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
      "another certificate's key",
      tls("tls.crt", "other.key"),
      /^postern: other\.key: not the key of the first certificate in tls\.crt; replace both together\n$/,
    ],
    ["a certificate that is none", tls("rubbish.pem", "tls.key"), /^postern: rubbish\.pem:1: no certificate in PEM\n$/],
    ["a key that is none", tls("tls.crt", "rubbish.pem"), /^postern: rubbish\.pem: no private key in PEM\n$/],
    [
      "a certificate that is not there",
      tls("none.pem", "tls.key"),
      /^postern: none\.pem: does not exist; expected a certificate in PEM\n$/,
    ],
    [
      "a key that is not there",
      tls("tls.crt", "none.pem"),
      /^postern: none\.pem: does not exist; expected a private key in PEM\n$/,
    ],
    ["a key that is a folder", tls("tls.crt", "."), /^postern: \.: a folder, no private key\n$/],
    [
      "only a certificate",
      ["--gate", "gate.ts", "--cert", "tls.crt"],
      /^postern: --cert and --key come together; --key is missing\n$/,
    ],
    [
      "a standby certificate alone",
      ["--gate", "gate.ts", "--standby-cert", "tls.crt", "--standby-key", "tls.key"],
      /^postern: --standby-cert needs a main certificate beside it, --cert\n$/,
    ],
    [
      "a port that is none",
      ["--gate", "gate.ts", "--port", "http"],
      /^postern: option '--port <number>' argument 'http' is invalid\. .*\n$/,
    ],
    ["a gate that does not compile", ["--gate", "broken.ts"], /^postern: broken\.ts:1:17: Unexpected ";"\n$/],
    ["a gate that is not there", ["--gate", "none.ts"], /^postern: none\.ts: does not exist\n$/],
  ])("%s", async (_what, args, err) => {
    expect(await fail(args)).toEqual({ code: 2, out: "", err: expect.stringMatching(err) });
  });

  it("an address of another machine, and the process ends with all that it has started", async () => {
    const process = serve(...tls("tls.crt", "tls.key"), "--host", "192.0.2.1");
    expect(await process.exit()).toBe(2);
    expect([process.out, process.err]).toEqual(["", "postern: the host's address is none of this machine's\n"]);
  });

  it.each<
    [what: string, name: string, args: (port: string) => string[], env: (port: string) => Record<string, string>]
  >([
    ["its own", "--port", (port) => ["--port", port], () => ({})],
    ["that of its metrics", "POSTERN_METRICS_PORT", () => ["--port", "0"], (port) => ({ POSTERN_METRICS_PORT: port })],
  ])("a port in use: %s", async (_, name, args, env) => {
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
