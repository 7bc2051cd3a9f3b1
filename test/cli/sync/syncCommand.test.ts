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
  ["a missing config", "none.yaml", /^postern: --config: \S+none\.yaml does not exist\n$/],
  ["an invalid config", "wrong.yaml", /^postern: \S+wrong\.yaml: .*\n$/],
])("postern sync exits with 2 and prints one line for %s", async (_, config, line) => {
  const { code, out, err } = await sync(config);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toMatch(line);
});

it("postern sync exits with 2 and prints one line when the API server fails", async () => {
  server.fault = { status: 500, message: "no" };
  try {
    const { code, err } = await sync("sync.yaml");
    expect({ code, err }).toEqual({ code: 2, err: expect.stringMatching(/^postern: .* cannot be listed: 500 no\n$/) });
  } finally {
    server.fault = undefined;
  }
});

it("postern sync exits with 1 for a cluster without registrations of the gate", async () => {
  const { code, out } = await sync("sync.yaml");
  expect({ code, out }).toEqual({
    code: 1,
    out: "no-targets  no registration of the gate postern is handed to the sync\nnothing is written\n",
  });
});

it("postern sync --output json prints the same as JSON", async () => {
  const { code, out } = await sync("sync.yaml", "--output", "json");
  expect(code).toBe(1);
  expect(JSON.parse(out)).toEqual({
    result: "not-in-step",
    steps: [],
    findings: [{ code: "no-targets", about: "", message: "no registration of the gate postern is handed to the sync" }],
    notes: [],
  });
});

it.each([
  [["--watch", "--dry-run"], "option '--watch' cannot be used with option '--dry-run'"],
  [["--watch", "--once"], "option '--watch' cannot be used with option '--once'"],
  [["--watch", "--jitter"], "option '--watch' cannot be used with option '--jitter'"],
  [["--jitter", "--dry-run"], "option '--jitter' cannot be used with option '--dry-run'"],
  [["--metrics", "x.prom", "--dry-run"], "option '--metrics <file>' cannot be used with option '--dry-run'"],
  [["--metrics-port", "0"], "--metrics-port needs --watch; a single run writes --metrics FILE"],
  [["--watch", "--metrics-port", "x"], "option '--metrics-port <number>' argument 'x' is invalid. a port is a number"],
])("postern sync exits with 2 and prints one line for %j", async (args, line) => {
  const { code, out, err } = await sync("sync.yaml", ...args);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toMatch(/^postern: .*\n$/);
  expect(err).toContain(line);
});

it("postern sync --metrics writes the file for a failed run and keeps the time of the last success", async () => {
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
    'postern_sync_run_failures_total{code="cluster-refused",gate="postern",cluster="production"} 1\n',
  );
});

it("postern sync exits with 2 when it cannot write metrics, and prints the error of the run instead when there is one", async () => {
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
