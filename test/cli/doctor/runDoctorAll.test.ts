import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FakeApiServer } from "../FakeApiServer.ts";
import { FleetKubeconfig } from "../fleet/FleetKubeconfig.ts";
import { InputFolder } from "../InputFolder.ts";
import { type Ran, runPostern } from "../runPostern.ts";

const PLAIN = { "insecure-skip-tls-verify": true };
const SECRET = "s3cr3t-bearer-token-of-the-fleet";

let folder: InputFolder;
let kubeconfig: FleetKubeconfig;
let empty: FakeApiServer;
let refusing: FakeApiServer;

beforeAll(async () => {
  folder = new InputFolder();
  [empty, refusing] = [new FakeApiServer(), new FakeApiServer()];
  for (const server of [empty, refusing]) await server.start();
  refusing.fault = { status: 401, message: `Unauthorized: Bearer ${SECRET}` };
  kubeconfig = new FleetKubeconfig()
    .add("empty", { server: empty.url, ...PLAIN })
    .add("refuses", { server: refusing.url, ...PLAIN }, { token: SECRET })
    .addClosed("away");
  await kubeconfig.addBlackHole("hole");
  folder.write("kubeconfig", kubeconfig.text);
});
afterAll(() => {
  for (const server of [empty, refusing]) server?.stop();
  kubeconfig?.stop();
  folder?.remove();
});

const doctor = (...args: string[]): Promise<Ran> =>
  runPostern(["doctor", "--all", "--kubeconfig", `${folder.path}/kubeconfig`, "--timeout", "1", ...args]);

describe("postern doctor --all", () => {
  it("checks each context of the kubeconfig, says which cannot be read, and exits with the worst", async () => {
    const { code, out, err } = await doctor();
    expect([code, err]).toEqual([3, ""]);
    expect(out.split("\n")).toEqual([
      "CLUSTER  RESULT       DETAIL",
      "away     unreachable  http://127.0.0.1:1: connection refused",
      "empty    error        1 error: no-registration",
      "hole     unreachable  no answer within 1 s",
      expect.stringMatching(/^refuses {2}refused {6}ValidatingWebhookConfigurations cannot be listed: .*401/),
      "4 clusters: 2 unreachable, 1 error, 1 refused",
      "postern doctor --context NAME prints the findings of one cluster, and what to do",
      "",
    ]);
    expect(out).not.toContain(SECRET);
  });

  it("exits with 2 when a cluster cannot be read and no other has errors", async () => {
    expect((await doctor("--only", "away", "--only", "refuses")).code).toBe(2);
  });

  it("prints the same as JSON", async () => {
    const { code, out } = await doctor("--output", "json", "--only", "e*", "--only", "a*");
    expect([code, JSON.parse(out)]).toEqual([
      3,
      {
        clusters: [
          { cluster: "away", context: "away", result: "unreachable", fault: "http://127.0.0.1:1: connection refused" },
          {
            cluster: "empty",
            context: "empty",
            result: "error",
            findings: expect.arrayContaining([expect.objectContaining({ code: "no-registration" })]),
            registrations: [],
            endpoints: [],
          },
        ],
      },
    ]);
  });

  it("checks the clusters of a gate or of --clusters, each by its name", async () => {
    const policy = 'policy({ name: "p", match: { resources: ["pods"] }, validate: () => undefined })';
    const gate = folder.write(
      "gate.ts",
      `import { defineGate, policy } from "postern";\nexport default defineGate({ policies: [${policy}], clusters: { one: { identity: "none" } } });\n`,
    );
    const clusters = folder.write("fleet.yaml", "clusters: { one: { context: empty } }");
    for (const [args, more] of [
      [["--gate", gate, "--clusters", clusters], "; 1 warning: identity-none"],
      [["--clusters", clusters], ""],
    ] as const) {
      const { code, out } = await doctor(...args);
      expect(code).toBe(3);
      expect(out.split("\n").slice(0, 2)).toEqual([
        "CLUSTER  CONTEXT  RESULT  DETAIL",
        `one      empty    error   1 error: no-registration${more}`,
      ]);
    }
  });

  it("also checks the sync of each cluster with its config, and says which config cannot be used", async () => {
    const config = (cluster: string): string => `gate: postern
cluster: ${cluster}
trust: { mode: pin, roots: [letsencrypt] }
selfTest: { publicKey: { kty: OKP, crv: Ed25519, x: 11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo } }
hosts: [gate.example.com]
jitter: 0s
`;
    folder.write("sync/empty.yaml", config("empty"));
    folder.write("sync/other.yaml", config("third"));
    folder.write("sync/bad.yaml", "gate: postern\n");
    const clusters = folder.write(
      "synced.yaml",
      "clusters: { empty: , other: { context: away }, bad: { context: hole, config: sync/bad.yaml } }",
    );
    const { code, out } = await doctor("--clusters", clusters, "--config", `${folder.path}/sync/{cluster}.yaml`);
    expect(code).toBe(3);
    expect(out.split("\n").slice(1, 4)).toEqual([
      expect.stringMatching(/^bad {6}hole {5}failed {2}\S+sync\/bad\.yaml: \S+/),
      expect.stringMatching(/^empty {4}empty {4}error {3}\d errors?: [^;]*no-registration/),
      `other    away     failed  ${folder.path}/sync/other.yaml: cluster: expected other, and it is third`,
    ]);
  });

  it.each([
    [["--config", "sync.yaml"], "--config needs {cluster} with --all, such as sync/{cluster}.yaml"],
    [["--config", "{cluster}.yaml"], "--config needs the names of clusters: give --gate or --clusters"],
    [["--contexts", "a-{cluster}"], "--contexts needs the names of clusters: give --gate or --clusters"],
    [["--only", "x"], '--only "x" names none of the clusters; there are empty, refuses, away, hole'],
    [["--cluster", "x"], "option '--all' cannot be used with option '--cluster <name>'; see postern doctor --help"],
  ])("%j is refused", async (args, message) => {
    expect(await doctor(...args)).toEqual({ code: 2, out: "", err: `postern: ${message}\n` });
  });
});
