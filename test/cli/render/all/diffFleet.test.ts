import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { FakeApiServer } from "../../FakeApiServer.ts";
import { FleetKubeconfig } from "../../fleet/FleetKubeconfig.ts";
import { InputFolder } from "../../InputFolder.ts";
import { type Ran, runPostern, type Surroundings } from "../../runPostern.ts";

const PLAIN = { "insecure-skip-tls-verify": true };
const URL_ARGS = ["--url", "https://localhost"];
const SECRET = "s3cr3t-bearer-token-of-the-fleet";

let folder: InputFolder;
let kubeconfig: FleetKubeconfig;
let gate: string;
/** In step, different, and refusing. */
let same: FakeApiServer;
let other: FakeApiServer;
let refusing: FakeApiServer;

beforeAll(async () => {
  folder = new InputFolder();
  const policy = 'policy({ name: "p", match: { resources: ["pods"] }, validate: () => undefined })';
  const names = ["away", "hole", "none", "other", "plugin", "refuses", "same"];
  const clusters = names.map((name) => `${name}: { identity: "none" }`).join(", ");
  gate = folder.write(
    "gate.ts",
    `import { defineGate, policy } from "postern";\nexport default defineGate({ policies: [${policy}], clusters: { ${clusters} } });\n`,
  );
  [same, other, refusing] = [new FakeApiServer(), new FakeApiServer(), new FakeApiServer()];
  for (const server of [same, other, refusing]) await server.start();
  refusing.fault = { status: 401, message: `Unauthorized: Bearer ${SECRET}` };
  const { out } = await runPostern(["render", "--gate", gate, "--cluster", "same", ...URL_ARGS, "--output", "json"]);
  same.store(...JSON.parse(out).items);
  kubeconfig = new FleetKubeconfig()
    .add("at-same", { server: same.url, ...PLAIN })
    .add("at-other", { server: other.url, ...PLAIN })
    .add("at-refuses", { server: refusing.url, ...PLAIN }, { token: SECRET })
    .add(
      "at-plugin",
      { server: other.url, ...PLAIN },
      { "auth-provider": { name: "gcp", config: { "cmd-path": "false" } } },
    )
    .addClosed("at-away");
  await kubeconfig.addBlackHole("at-hole");
  folder.write("kubeconfig", kubeconfig.text);
});
afterAll(() => {
  for (const server of [same, other, refusing]) server?.stop();
  kubeconfig?.stop();
  folder?.remove();
});
beforeEach(() => {
  for (const server of [same, other]) server.calls.length = 0;
});

const diff = (args: readonly string[] = [], surroundings?: Surroundings): Promise<Ran> =>
  runPostern(
    [
      ...["render", "--all", "--diff", "--gate", gate, ...URL_ARGS, "--kubeconfig", `${folder.path}/kubeconfig`],
      ...["--contexts", "at-{cluster}", "--timeout", "1", ...args],
    ],
    surroundings,
  );

describe("postern render --all --diff", () => {
  it("prints one line for each cluster, says what cannot be compared and why, and exits with the worst", async () => {
    const { code, out, err } = await diff();
    expect([code, err]).toEqual([2, ""]);
    const lines = out.split("\n");
    expect(lines.slice(0, 3)).toEqual([
      "CLUSTER  CONTEXT     RESULT       DETAIL",
      "away     at-away     unreachable  http://127.0.0.1:1: connection refused",
      "hole     at-hole     unreachable  no answer within 1 s",
    ]);
    expect(lines[3]).toMatch(
      /^none {5}at-none {5}unreachable {2}the kubeconfig has no context "at-none"; it has at-same, at-other, /,
    );
    expect(lines.slice(4)).toEqual([
      "other    at-other    different    create Namespace postern-selftest, ResourceQuota no-pods, ValidatingWebhookConfiguration postern.canary and 1 more; policies that are not called: p",
      "plugin   at-plugin   unreachable  the kubeconfig has the auth-provider gcp, which would hold up all clusters; use an exec plugin, as kubectl needs too",
      expect.stringMatching(
        /^refuses {2}at-refuses {2}refused {6}http:\/\/127\.0\.0\.1:\d+: GET \S+: 401 Unauthorized/,
      ),
      "same     at-same     same",
      "7 clusters: 4 unreachable, 1 different, 1 refused, 1 same",
      "postern render --diff --cluster NAME --context NAME prints the differences of one cluster",
      "",
    ]);
    expect(out).not.toContain(SECRET);
  });

  it("says when a context leads to another cluster of the gate", async () => {
    const swapped = folder.write("swapped.yaml", "clusters: { other: { context: at-same } }");
    const { code, out } = await diff(["--clusters", swapped, "--only", "other"]);
    expect(code).toBe(1);
    expect(out).toMatch(/^other {4}at-same {2}different {2}registered there, so check the context: same; update /m);
  });

  it("changes nothing in any cluster", async () => {
    await diff();
    const writes = [...same.calls, ...other.calls].filter((call) => !call.startsWith("GET "));
    expect(writes.length).toBeGreaterThan(0);
    expect(writes.filter((call) => !call.includes("dryRun=All"))).toEqual([]);
  });

  it.each([
    [["same"], 0],
    [["same", "other"], 1],
    [["same", "other", "away"], 2],
    [["refuses"], 2],
  ])("--only %j exits with %i", async (names, code) => {
    const ran = await diff(names.flatMap((name) => ["--only", name]));
    expect([ran.code, ran.err]).toEqual([code, ""]);
    expect(ran.out).toContain(`${names.length} cluster`);
  });

  it("prints the same as JSON, without a secret", async () => {
    const { code, out, err } = await diff(["--output", "json"]);
    expect([code, err]).toEqual([2, ""]);
    expect(out).not.toContain(SECRET);
    const { clusters } = JSON.parse(out);
    expect(clusters.map(({ cluster, context, result }: Record<string, string>) => [cluster, context, result])).toEqual([
      ["away", "at-away", "unreachable"],
      ["hole", "at-hole", "unreachable"],
      ["none", "at-none", "unreachable"],
      ["other", "at-other", "different"],
      ["plugin", "at-plugin", "unreachable"],
      ["refuses", "at-refuses", "refused"],
      ["same", "at-same", "same"],
    ]);
    expect(Object.keys(clusters[3])).toEqual([
      ...["cluster", "context", "result", "differences", "incomparable", "leftover", "uncalled", "otherClusters"],
    ]);
    expect(clusters[1].fault).toBe("no answer within 1 s");
  });

  it("is safe for a terminal, whatever a cluster says", async () => {
    const fault = refusing.fault;
    refusing.fault = { status: 500, message: "\u001b[2Jgone\u009b2J\u202e\n##[error]x" };
    const [text, json] = [await diff(["--only", "refuses"]), await diff(["--only", "refuses", "--output", "json"])];
    refusing.fault = fault;
    for (const { out } of [text, json])
      expect(out.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Bidi_Control}]|\n##\[/u);
    expect(json.out).not.toContain("##[");
    expect(JSON.parse(json.out).clusters[0].fault).toContain("gone");
  });

  it("shows a bar on a terminal, and removes it", async () => {
    const { err } = await diff(["--only", "hole"], { isTTY: true, env: { NO_COLOR: "1" } });
    expect(err).toMatch(/\r\[\.{30}\] 0 of 1 clusters/);
    expect(err).toMatch(/\r {10,}\r$/);
  });

  it("one line says that the kubeconfig cannot be used", async () => {
    const ran = await diff(["--kubeconfig", `${folder.path}/none`]);
    expect([ran.code, ran.out]).toEqual([2, ""]);
    expect(ran.err).toMatch(/^postern: \S+none cannot be used: the file \S+none does not exist; [^\n]*\n$/);
  });
});
