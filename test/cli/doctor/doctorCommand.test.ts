import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { FakeApiServer } from "../FakeApiServer.ts";
import { runPostern } from "../runPostern.ts";

const server = new FakeApiServer();
let folder: string;
const file = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "postern-doctor-command-"));
  await writeFile(file("kubeconfig"), await server.start());
  await writeFile(file("wrong.yaml"), "gate: postern\n");
});

afterEach(() => {
  server.objects.clear();
  server.fault = undefined;
});

afterAll(async () => {
  server.stop();
  await rm(folder, { recursive: true });
});

const doctor = (...args: string[]): ReturnType<typeof runPostern> =>
  runPostern(["doctor", "--kubeconfig", file("kubeconfig"), ...args]);

/** A registration of the gate with a URL where nothing listens. */
const register = (name: string): void =>
  server.store({
    kind: "ValidatingWebhookConfiguration",
    metadata: { name, labels: { "postern.dev/gate": "g" }, annotations: { "postern.dev/cluster": "c" } },
    webhooks: [
      {
        name: "w",
        clientConfig: { url: "https://127.0.0.1:1/c/c/validate" },
        failurePolicy: "Ignore",
        rules: [
          { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["nodes"], scope: "Cluster" },
        ],
      },
    ],
  });

it.each<[name: string, args: string[], line: RegExp]>([
  ["an invalid config", ["--config", "wrong.yaml"], /^postern: \S+wrong\.yaml: cluster: .*\n$/],
  ["a missing config", ["--config", "none.yaml"], /^postern: --config: \S+none\.yaml does not exist\n$/],
  ["--gate without a cluster", ["--gate", "gate.ts"], /^postern: --gate needs the name of the cluster: .*\n$/],
  ["an unknown context", ["--context", "x"], /^postern: the kubeconfig has no context "x"; it has here\n$/],
])("postern doctor exits with 2 and prints one line for %s", async (_, args, line) => {
  const { code, out, err } = await doctor(...args.map((arg) => (/\.(?:yaml|ts)$/.test(arg) ? file(arg) : arg)));
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toMatch(line);
});

it.each([
  [{ status: 500, message: "no" }, /cannot be listed: 500 no\n$/],
  [{ status: 403, message: "forbidden\u001b[2J" }, /cannot be listed: 403 forbidden/],
] as const)(
  "postern doctor exits with 2 and prints one line for an API server that answers %j",
  async (fault, line) => {
    server.fault = fault;
    const { code, out, err } = await doctor();
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(line);
  },
);

it("postern doctor reports a cluster without registrations as an error and says what to do", async () => {
  const { code, out, err } = await doctor();
  expect({ code, err }).toEqual({ code: 3, err: "" });
  expect(out).toBe(
    [
      "ERROR no-registration  cluster",
      "  no registration calls the gate, so nothing is reviewed",
      "  -> Apply the output of postern render for this cluster. Check that --context names the intended cluster.",
      "",
      "1 error, 0 warnings (0 registrations, 0 endpoints, 0 addresses)",
      "",
    ].join("\n"),
  );
});

it("postern doctor prints findings worst first, as text and as JSON, and changes nothing", async () => {
  register("g");
  const { code, out } = await doctor();
  expect(code).toBe(3);
  expect(out).toMatch(
    /^ERROR unreachable {2}https:\/\/127\.0\.0\.1:1\n {2}no answer from here: .*\n {2}-> Check .*\n\n/,
  );
  expect(out).toMatch(/\n1 error, 0 warnings, 1 note \(1 registration, 1 endpoint, 1 address\)\n$/);
  const json = await doctor("--output", "json");
  expect(json.code).toBe(3);
  const report = JSON.parse(json.out);
  expect(report).toMatchObject({
    result: "error",
    registrations: ["ValidatingWebhookConfiguration/g"],
    endpoints: [{ url: "https://127.0.0.1:1", addresses: ["127.0.0.1"] }],
  });
  expect(report.findings.map(({ code: found }: { code: string }) => found)).toEqual([
    "unreachable",
    "self-test-not-made",
  ]);
  expect(server.calls.filter((call) => !call.startsWith("GET ") && !call.includes("dryRun=All"))).toEqual([]);
});

it("postern doctor --gate reports policies that are not called", async () => {
  register("g");
  const gate = new URL("../../e2e/gates/sync.ts", import.meta.url).pathname;
  const { out } = await doctor("--gate", gate, "--cluster", "e2e", "--output", "json");
  const codes = JSON.parse(out).findings.map(({ code }: { code: string }) => code);
  expect(codes).toContain("no-registration");
});

it("postern doctor colours its output on a terminal and escapes control characters of the cluster", async () => {
  register("g\u001b[2J");
  const { out } = await runPostern(["doctor", "--kubeconfig", file("kubeconfig")], { isTTY: true });
  expect(out).toContain("\u001b[31mERROR\u001b[39m unreachable");
  expect(out).not.toContain("\u001b[2J");
});
