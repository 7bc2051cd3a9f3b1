import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { KubernetesClient } from "../../src/kubernetes/KubernetesClient.ts";
import { KubernetesError } from "../../src/kubernetes/KubernetesError.ts";
import { InputFolder } from "../cli/InputFolder.ts";
import { HostileServer } from "../http/HostileServer.ts";
import { patience } from "../run/speedFactor.ts";

const PASSWORD = "hunter2-PLANTED-0xS3cr3t!";
let folder: InputFolder;
let server: HostileServer;
beforeEach(async () => {
  folder = new InputFolder();
  server = await HostileServer.start();
});
afterEach(async () => {
  // Nothing else ends a plugin that does not end.
  const pid = pidFile();
  if (existsSync(pid)) process.kill(Number(readFileSync(pid, "utf8")), "SIGKILL");
  folder.remove();
  await server.stop();
});

/** Where a plugin that does not end writes its process id. */
const pidFile = (): string => join(folder.path, "pid");

interface Change {
  readonly cluster?: object;
  readonly user?: object;
}

function kubeconfig({ cluster = {}, user = { username: "admin", password: PASSWORD } }: Change = {}): object {
  return {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "c", cluster: { server: server.url, "insecure-skip-tls-verify": true, ...cluster } }],
    users: [{ name: "u", user }],
    contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
    "current-context": "x",
  };
}

/** All texts of the error that a call ends with. */
async function failure(text: string): Promise<string> {
  try {
    const client = await KubernetesClient.create({ kubeconfig: folder.write("config", text) }, patience(2_000));
    const found = await client.call({ method: "GET", path: "/api" });
    return `no error: ${JSON.stringify(found)}`;
  } catch (error) {
    if (!(error instanceof KubernetesError)) throw error;
    const { message, stack, cause } = error;
    expect(message).not.toMatch(/\n/);
    return [message, stack, cause instanceof Error ? cause.stack : String(cause ?? "")].join("\n");
  }
}

const plugin = (script: string): Change => ({
  user: {
    exec: {
      apiVersion: "client.authentication.k8s.io/v1",
      command: process.execPath,
      args: ["-e", script],
      interactiveMode: "Never",
    },
  },
});

describe("the error of a kubeconfig has none of its values, when", () => {
  const whole = (): string => stringify(kubeconfig());
  const line = (of: string): string => whole().replace(/password: .*/, `password: ${of}`);
  it.each<[string, () => string, RegExp]>([
    [
      "a quote is not closed",
      () => line(`"${PASSWORD}`),
      /config cannot be used: it is not YAML: see line \d+, column \d+/,
    ],
    ["a tab is in the indentation", () => whole().replace(/\n( +)password/, "\n\tpassword"), /is not YAML/],
    ["a tag is unknown", () => line(`!${PASSWORD} x`), /is not YAML|answers|403|closed|ECONNRESET/],
    ["an alias has no anchor", () => line(`*${PASSWORD}`), /is not YAML/],
    ["an escape is unknown", () => line(`"\\q${PASSWORD}"`), /is not YAML/],
    ["a key is twice", () => line(`${PASSWORD}\n      password: x`), /is not YAML/],
    ["a value is two", () => line(`a: ${PASSWORD}: b`), /is not YAML/],
    ["it is only the token", () => PASSWORD, /is not a kubeconfig|no current cluster/],
    ["it is a list", () => `- ${PASSWORD}\n`, /is not a kubeconfig|no current cluster/],
    ["it is empty", () => "", /is not a kubeconfig/],
    ["a list has null", () => "users: [null]\n", /is not a kubeconfig/],
    ["a server is a number", () => stringify(kubeconfig({ cluster: { server: 5 } })), /is not a kubeconfig/],
    [
      "a server is missing",
      () => stringify(kubeconfig({ cluster: { server: "" } })),
      /clusters\[0\]\.cluster\.server is missing/,
    ],
    [
      "a server is no URL",
      () => stringify(kubeconfig({ cluster: { server: `https://x:${PASSWORD}` } })),
      /is not a URL/,
    ],
    [
      "a server has another scheme",
      () => stringify(kubeconfig({ cluster: { server: `file:///${PASSWORD}` } })),
      /is not a URL/,
    ],
    [
      "a proxy is no URL",
      () => stringify(kubeconfig({ cluster: { "proxy-url": `http://u:${PASSWORD}@:x` } })),
      /127\.0\.0\.1/,
    ],
  ])("%s", async (_, text, message) => {
    const failed = await failure(text());
    expect(failed).toMatch(message);
    expect(failed).not.toMatch(/hunter2|PLANTED|S3cr3t/);
  });
});

describe("the error of a call has no credential, when", () => {
  const echo = (status: string): void => {
    server.answer = (socket) => {
      const body = JSON.stringify({ kind: "Status", message: server.requests.at(-1) });
      socket.end(`HTTP/1.1 ${status}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    };
  };
  it.each<[string, () => Change, string]>([
    ["the server repeats a password", () => ({}), "403 Forbidden"],
    ["the server repeats a token", () => ({ user: { token: PASSWORD } }), "500 Internal Server Error"],
    ["a redirect repeats a token", () => ({ user: { token: PASSWORD } }), "302 Found"],
    [
      "the URL has a password",
      () => ({ cluster: { server: server.url.replace("//", `//u:${PASSWORD}@`) } }),
      "403 Forbidden",
    ],
    ["the query has a token", () => ({ cluster: { server: `${server.url}?t=${PASSWORD}` } }), "403 Forbidden"],
    ["a token has a line break", () => ({ user: { token: `${PASSWORD}\nx` } }), "403 Forbidden"],
    ["the plugin fails", () => plugin(`console.error("bad ${PASSWORD}"); process.exit(1)`), "200 OK"],
    ["the plugin prints no JSON", () => plugin(`console.log("${PASSWORD} is it")`), "200 OK"],
    ["the plugin prints half of its JSON", () => plugin(`console.log('{"status":{"token":"${PASSWORD}"')`), "200 OK"],
    ["the plugin prints JSON of another form", () => plugin(`console.log('{"token":"${PASSWORD}"}')`), "200 OK"],
    [
      "the plugin's token is refused",
      () => plugin(`console.log('{"status":{"token":"${PASSWORD}"}}')`),
      "401 Unauthorized",
    ],
    [
      "the plugin does not end",
      () =>
        plugin(
          `require("node:fs").writeFileSync(${JSON.stringify(pidFile())}, String(process.pid)); console.log("${PASSWORD}"); setTimeout(() => {}, 30_000)`,
        ),
      "200 OK",
    ],
    ["the token file is missing", () => ({ user: { "token-file": "/no/such/file" } }), "200 OK"],
    [
      "the key is none",
      () => ({
        user: { "client-key-data": Buffer.from(PASSWORD).toString("base64"), "client-certificate-data": "eA==" },
        cluster: { server: server.url.replace("http:", "https:") },
      }),
      "200 OK",
    ],
  ])("%s", async (_, change, status) => {
    echo(status);
    const failed = await failure(stringify(kubeconfig(change())));
    expect(failed).not.toMatch(/^no error/);
    const encoded = Buffer.from(`admin:${PASSWORD}`).toString("base64");
    expect(failed).not.toMatch(/hunter2|PLANTED|S3cr3t/);
    expect(failed).not.toContain(encoded.slice(8, 24));
  });
});
