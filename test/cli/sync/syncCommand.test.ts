import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { FakeApiServer } from "../FakeApiServer.ts";
import { runPostern } from "../runPostern.ts";

const CONFIG = `
gate: postern
cluster: production
trust: { mode: pin, roots: [letsencrypt] }
selfTest: { publicKey: { kty: OKP, crv: Ed25519, x: 11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo } }
hosts: [gate.example.com]
`;

const server = new FakeApiServer();
let folder: string;
const file = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "postern-sync-command-"));
  await writeFile(file("kubeconfig"), await server.start());
  await writeFile(file("sync.yaml"), CONFIG);
  await writeFile(file("wrong.yaml"), CONFIG.replace("hosts", "host"));
});

afterAll(async () => {
  server.stop();
  await rm(folder, { recursive: true });
});

const sync = (config: string, ...args: string[]): ReturnType<typeof runPostern> =>
  runPostern(["sync", "--config", file(config), "--kubeconfig", file("kubeconfig"), ...args]);

it.each([
  ["a config that there is not", "none.yaml", /^postern: --config: \S+none\.yaml does not exist\n$/],
  ["a config that is wrong", "wrong.yaml", /^postern: \S+wrong\.yaml: .*\n$/],
])("%s is one line and exit code 2", async (_, config, line) => {
  const { code, out, err } = await sync(config);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toMatch(line);
});

it("a cluster that does not answer is one line and exit code 2", async () => {
  server.fault = { status: 500, message: "no" };
  try {
    const { code, err } = await sync("sync.yaml");
    expect({ code, err }).toEqual({ code: 2, err: expect.stringMatching(/^postern: .* cannot be listed: 500 no\n$/) });
  } finally {
    server.fault = undefined;
  }
});

it("a cluster in which nothing was handed over is said, with exit code 1", async () => {
  const { code, out } = await sync("sync.yaml");
  expect({ code, out }).toEqual({
    code: 1,
    out: "no-targets  no registration of the gate postern was handed over\nnothing is written\n",
  });
});

it("--output json says the same for machines", async () => {
  const { code, out } = await sync("sync.yaml", "--output", "json");
  expect(code).toBe(1);
  expect(JSON.parse(out)).toEqual({
    result: "not-in-step",
    steps: [],
    findings: [{ code: "no-targets", about: "", message: "no registration of the gate postern was handed over" }],
    notes: [],
  });
});

it.each([
  [["--watch", "--dry-run"], "option '--watch' cannot be used with option '--dry-run'"],
  [["--watch", "--once"], "option '--watch' cannot be used with option '--once'"],
  [["--watch", "--jitter"], "option '--watch' cannot be used with option '--jitter'"],
  [["--jitter", "--dry-run"], "option '--jitter' cannot be used with option '--dry-run'"],
  [["--metrics", "x.prom", "--dry-run"], "option '--metrics <file>' cannot be used with option '--dry-run'"],
  [["--metrics-port", "0"], "--metrics-port goes with --watch; a single run writes --metrics FILE"],
  [["--watch", "--metrics-port", "x"], "option '--metrics-port <number>' argument 'x' is invalid. a port is a number"],
])("%j is one line and exit code 2", async (args, line) => {
  const { code, out, err } = await sync("sync.yaml", ...args);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toMatch(/^postern: .*\n$/);
  expect(err).toContain(line);
});

it("--metrics is written of a run that could not be made too, and keeps when the last one was well", async () => {
  const metrics = file("postern.prom");
  const before = 'postern_sync_last_success_timestamp_seconds{gate="postern",cluster="production"} 1795491303\n';
  await writeFile(metrics, before);
  server.fault = { status: 500, message: "no" };
  try {
    expect((await sync("sync.yaml", "--metrics", metrics)).code).toBe(2);
  } finally {
    server.fault = undefined;
  }
  const text = await readFile(metrics, "utf8");
  expect(text).toContain(before);
  expect(text).toContain(
    'postern_sync_run_failures_total{code="refused-by-cluster",gate="postern",cluster="production"} 1\n',
  );
});

it("metrics that cannot be written are one line and exit code 2; what kept the run from being made is said in their place", async () => {
  const nowhere = join(folder, "none", "sync.prom");
  expect(await sync("sync.yaml", "--metrics", nowhere)).toMatchObject({
    code: 2,
    err: expect.stringMatching(/^postern: --metrics: \S+ cannot be written\n$/),
  });
  server.fault = { status: 500, message: "no" };
  try {
    const { err } = await sync("sync.yaml", "--metrics", nowhere);
    expect(err).toMatch(/^postern: .* cannot be listed: 500 no\n$/);
  } finally {
    server.fault = undefined;
  }
});
