import { chdir, cwd } from "node:process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { InputFolder } from "../../InputFolder.ts";
import { type Ran, runPostern } from "../../runPostern.ts";

const GATE = `import { conversion, defineGate, policy } from "postern";
const tier = (name) => ({ name, check: () => undefined, start: () => { throw new Error("no tier is started"); } });
const pods = policy({ name: "pods", match: { resources: ["pods"] }, validate: () => undefined });
const identity = (...tiers) => ({ identity: tiers.map((tier) => ({ tier })) });
export default defineGate({
  policies: [pods],
  conversions: [conversion({ group: "example.com", kind: "Gateway", versions: ["v1"], hub: "v1", convert: {} })],
  tiers: [tier("capability"), tier("jwt"), tier("client-certificate")],
  clusters: {
    certificate: identity("client-certificate"),
    jwt: identity("jwt", "capability"),
    managed: identity("capability"),
    open: { identity: "none" },
  },
});
`;
const CONVERSIONS = /^Conversions get no credential from these files/m;

let folder: InputFolder;
let gate: string;
const before = cwd();
beforeAll(() => {
  folder = new InputFolder();
  gate = folder.write("tiers.ts", GATE);
  // The project's own functions/gate.ts counts otherwise.
  chdir(folder.path);
});
afterAll(() => {
  chdir(before);
  folder.remove();
});

const render = (...args: string[]): Promise<Ran> =>
  runPostern([
    "render",
    "--admission-config",
    "--cluster",
    "certificate",
    "--url",
    "https://gate.example.com",
    ...args,
  ]);
const documentsOf = ({ out }: Ran): unknown[] => parseAllDocuments(out).map((document) => document.toJS());
const usersOf = (ran: Ran): unknown => Object(documentsOf(ran)[1]).users;

const configuration = (kubeConfigFile: string): object => ({
  apiVersion: "apiserver.config.k8s.io/v1",
  kind: "WebhookAdmissionConfiguration",
  kubeConfigFile,
});

describe("postern render --admission-config", () => {
  it("prints an AdmissionConfiguration and the kubeconfig that it names", async () => {
    const ran = await render();
    const kubeconfig = "/etc/kubernetes/postern/webhooks.kubeconfig";
    expect(ran.code).toBe(0);
    expect(documentsOf(ran)).toEqual([
      {
        apiVersion: "apiserver.config.k8s.io/v1",
        kind: "AdmissionConfiguration",
        plugins: ["ValidatingAdmissionWebhook", "MutatingAdmissionWebhook"].map((name) => ({
          name,
          configuration: configuration(kubeconfig),
        })),
      },
      {
        apiVersion: "v1",
        kind: "Config",
        users: [
          {
            name: "gate.example.com",
            user: {
              "client-certificate": "/etc/kubernetes/postern/client.crt",
              "client-key": "/etc/kubernetes/postern/client.key",
            },
          },
        ],
      },
    ]);
    expect(ran.out).toMatch(/^# \/etc\/kubernetes\/postern\/admission\.yaml\n---\n/);
    expect(ran.out).toContain(`\n# ${kubeconfig}\n---\n`);
  });

  it("says where each file goes, the flag, and when the API server reads them", async () => {
    const { err } = await render("--host-folder", "/srv/postern");
    for (const name of ["admission.yaml", "webhooks.kubeconfig", "client.crt", "client.key"])
      expect(err).toMatch(new RegExp(`^ {2}/srv/postern/${name.replace(".", "\\.")} {2}`, "m"));
    expect(err).toContain("\n  --admission-control-config-file=/srv/postern/admission.yaml\n");
    expect(err).toMatch(/only when it starts: restart it\. Apply\nthe registrations after that/);
    for (const line of err.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    expect(err).toMatch(CONVERSIONS);
    expect(err).not.toContain("token");
    expect((await render("--token-file", "/run/token")).err).toMatch(/A new token is used within a minute\./);
  });

  it("prints the same files as JSON, which the API server also reads", async () => {
    const ran = await render("--output", "json");
    expect(JSON.parse(ran.out).files.map(({ content }: { content: unknown }) => content)).toEqual(
      documentsOf(await render()),
    );
    expect(JSON.parse(ran.out).files.map(({ path }: { path: string }) => path)).toEqual([
      "/etc/kubernetes/postern/admission.yaml",
      "/etc/kubernetes/postern/webhooks.kubeconfig",
    ]);
    expect(ran.err).toBe("");
  });

  it.each<[args: string[], user: object]>([
    [["--token-file", "/run/token"], { tokenFile: "/run/token" }],
    [
      ["--client-certificate", "/a.crt", "--client-key", "/a.key"],
      { "client-certificate": "/a.crt", "client-key": "/a.key" },
    ],
    [
      ["--client-certificate", "/a.crt", "--client-key", "/a.key", "--token-file", "/yes: #no"],
      { "client-certificate": "/a.crt", "client-key": "/a.key", tokenFile: "/yes: #no" },
    ],
  ])("with %j names these files", async (args, user) => {
    expect(usersOf(await render(...args))).toEqual([{ name: "gate.example.com", user }]);
  });

  it.each([
    ["https://gate.example.com/", "gate.example.com"],
    ["https://gate.example.com:443/hooks", "gate.example.com"],
    ["https://GATE.example.com:8443/hooks", "gate.example.com:8443"],
    ["https://192.0.2.1", "192.0.2.1"],
    ["https://[2001:db8::1]:8443", "[2001:db8::1]:8443"],
    // net.JoinHostPort adds brackets to those of the URL.
    ["https://[2001:db8::1]", "[[2001:db8::1]]:443"],
  ])("for %s has a user that the API server looks up", async (url, name) => {
    expect(usersOf(await render("--url", url))).toMatchObject([{ name }]);
  });

  it.each<[args: string[], code: number, err: RegExp]>([
    [["--cluster", "certificate"], 0, CONVERSIONS],
    [["--cluster", "jwt", "--token-file", "/t"], 0, /^On each host of kube-apiserver:\n(?:(?!Conversions).*\n)+$/],
    [
      ["--cluster", "jwt"],
      2,
      /^postern: the cluster "jwt" takes no client certificates in the gate: its tiers are jwt, capability; give --token-file PATH and no --client-certificate\n$/,
    ],
    [
      ["--cluster", "certificate", "--token-file", "/t"],
      2,
      /^postern: the cluster "certificate" takes no bearer tokens in the gate: its tier is client-certificate; leave out --token-file\n$/,
    ],
    [
      ["--cluster", "managed"],
      2,
      /its tier is capability; its API server presents nothing, so it needs no --admission-config\n$/,
    ],
    [
      ["--cluster", "open", "--token-file", "/t"],
      2,
      /^postern: the cluster "open" takes no bearer tokens in the gate: its tier is none; its API server presents nothing/,
    ],
    [["--cluster", "none"], 2, /^postern: the gate has no cluster "none"; it has certificate, jwt, managed, open\n$/],
  ])("with a gate and %j checks what the cluster takes", async (args, code, err) => {
    const ran = await render("--gate", gate, ...args);
    expect(ran).toMatchObject({ code, err: expect.stringMatching(err) });
    expect(ran.out === "").toBe(code !== 0);
  });

  it.each<[args: string[], line: RegExp]>([
    [["--url", "http://gate.example.com"], /--url must be https/],
    [["--url", "https://user:word@gate.example.com"], /--url must have no user name or password/],
    [["--client-key", "/a.key"], /--client-certificate and --client-key need each other/],
    [["--token-file", "token"], /--token-file needs an absolute path/],
    [["--host-folder", "./x"], /--host-folder needs an absolute path/],
    [["--token-file", "/a\nb"], /--token-file needs an absolute path/],
    [["--sync"], /cannot be used with option '--sync'/],
    [["--ca", "ca.pem"], /cannot be used with option '--ca/],
    [["--diff"], /cannot be used with option '--diff'/],
  ])("exits with 2 and prints one line for %j", async (args, line) => {
    const { code, out, err } = await render(...args);
    expect({ code, out, lines: err.split("\n").length }).toEqual({ code: 2, out: "", lines: 2 });
    expect(err).toMatch(line);
  });

  it("is needed by its options", async () => {
    for (const option of ["--host-folder", "--client-certificate", "--client-key", "--token-file"]) {
      const args = ["render", "--cluster", "open", "--gate", gate, "--url", "https://localhost", option, "/x"];
      expect(await runPostern(args)).toMatchObject({ code: 2, err: `postern: ${option} needs --admission-config\n` });
    }
  });
});
