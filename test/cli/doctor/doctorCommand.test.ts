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

/** A registration of the gate that calls where nothing listens, of a name that does not move the cursor. */
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
  ["a config that is wrong", ["--config", "wrong.yaml"], /^postern: \S+wrong\.yaml: cluster: .*\n$/],
  ["a config that there is not", ["--config", "none.yaml"], /^postern: --config: \S+none\.yaml does not exist\n$/],
  ["a gate without its cluster", ["--gate", "gate.ts"], /^postern: --gate needs the cluster as well: .*\n$/],
  ["a context that there is not", ["--context", "x"], /^postern: the kubeconfig has no context "x"; it has here\n$/],
])("%s is one line and exit code 2", async (_, args, line) => {
  const { code, out, err } = await doctor(...args.map((arg) => (/\.(?:yaml|ts)$/.test(arg) ? file(arg) : arg)));
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toMatch(line);
});

it.each([
  [{ status: 500, message: "no" }, /cannot be listed: 500 no\n$/],
  [{ status: 403, message: "forbidden\u001b[2J" }, /cannot be listed: 403 forbidden/],
] as const)("a cluster that cannot be read (%j) is one line and exit code 2", async (fault, line) => {
  server.fault = fault;
  const { code, out, err } = await doctor();
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toMatch(line);
});

it("a cluster without registrations is an error, with what to do", async () => {
  const { code, out, err } = await doctor();
  expect({ code, err }).toEqual({ code: 3, err: "" });
  expect(out).toBe(
    [
      "ERROR no-registration  cluster",
      "  no registration has the API server call it: nothing is judged",
      "  -> Apply what postern render prints for this cluster; see that --context is the cluster that was meant.",
      "",
      "1 error, 0 warnings (0 registrations, 0 endpoints, 0 addresses)",
      "",
    ].join("\n"),
  );
});

it("what is wrong is said worst first, as text and as JSON, and nothing is changed", async () => {
  register("g");
  const { code, out } = await doctor();
  expect(code).toBe(3);
  expect(out).toMatch(/^ERROR unreachable {2}https:\/\/127\.0\.0\.1:1\n {2}no answer from here: .*\n {2}-> See .*\n\n/);
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

it("--gate says which policies are not called", async () => {
  register("g");
  const gate = new URL("../../e2e/gates/sync.ts", import.meta.url).pathname;
  const { out } = await doctor("--gate", gate, "--cluster", "e2e", "--output", "json");
  const codes = JSON.parse(out).findings.map(({ code }: { code: string }) => code);
  expect(codes).toContain("no-registration");
});

it("colours are for terminals, and what a cluster says moves no cursor", async () => {
  register("g\u001b[2J");
  const { out } = await runPostern(["doctor", "--kubeconfig", file("kubeconfig")], { isTTY: true });
  expect(out).toContain("\u001b[31mERROR\u001b[39m unreachable");
  expect(out).not.toContain("\u001b[2J");
});
