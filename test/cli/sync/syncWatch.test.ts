import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { eventually } from "../../run/eventually.ts";
import { FakeApiServer } from "../FakeApiServer.ts";
import { PosternProcess } from "../PosternProcess.ts";
import { PosternRun } from "../PosternRun.ts";
import { runPostern } from "../runPostern.ts";

const CONFIG = `
gate: postern
cluster: production
trust: { mode: pin, roots: [letsencrypt] }
selfTest: { publicKey: { kty: OKP, crv: Ed25519, x: 11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo } }
hosts: [gate.example.com]
`;
const HELD_OVER = "no registration of the gate postern is handed to the sync";

const server = new FakeApiServer();
const runs: PosternRun[] = [];
const processes: PosternProcess[] = [];
let folder: string;
const file = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "postern-sync-watch-"));
  await writeFile(file("kubeconfig"), await server.start());
  await writeFile(file("sync.yaml"), `${CONFIG}interval: 1s\njitter: 0s\n`);
});

afterEach(async () => {
  server.fault = undefined;
  for (const started of processes) started.kill();
  await Promise.all(processes.splice(0).map(({ ended }) => ended));
  await Promise.all(runs.splice(0).map((run) => run.stop()));
});

afterAll(async () => {
  server.stop();
  await rm(folder, { recursive: true });
});

const args = (config: string, ...more: string[]): string[] => [
  ...["sync", "--config", file(config), "--kubeconfig", file("kubeconfig")],
  ...more,
];
const watch = (config: string, ...more: string[]): PosternRun => {
  const started = new PosternRun(args(config, "--watch", ...more));
  runs.push(started);
  return started;
};
const portOf = async (started: PosternRun): Promise<number> =>
  Number((await started.says(/metrics on port (\d+)/, "err"))[1]);
const ask = async (port: number, path: string): Promise<{ status: number; text: string }> => {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`);
  return { status: answer.status, text: await answer.text() };
};

it("postern sync --watch runs repeatedly until SIGTERM and exits with 0", async () => {
  const started = new PosternProcess(args("sync.yaml", "--watch"), folder);
  processes.push(started);
  await started.says(new RegExp(`(?:${HELD_OVER}[^]*){2}`));
  started.signal("SIGTERM");
  expect(await started.exit()).toBe(0);
  expect(started.err).toBe("");
});

it("postern sync --watch stops at SIGINT", async () => {
  const started = watch("sync.yaml");
  await started.says(new RegExp(HELD_OVER));
  started.signal("SIGINT");
  expect(await started.exit()).toBe(0);
  expect(started.err).toBe("");
});

it("postern sync --watch serves metrics and health and continues after a failed run", async () => {
  server.fault = { status: 500, message: "no" };
  const started = watch("sync.yaml", "--metrics-port", "0");
  const port = await portOf(started);
  await started.says(/cannot be listed: 500 no\n/, "err");
  expect((await ask(port, "/metrics")).text).toContain(
    'postern_sync_run_failures_total{code="cluster-refused",gate="postern",cluster="production"} ',
  );
  server.fault = undefined;
  await started.says(new RegExp(HELD_OVER));
  // The steps of a run are printed before its metrics are updated.
  const text = await eventually("the run's metrics", async () => {
    const answer = await ask(port, "/metrics");
    return /^postern_sync_findings\{code="no-targets",[^}]*\} 1$/m.test(answer.text) ? answer.text : undefined;
  });
  expect(text).toMatch(/^postern_sync_run_failures_total\{[^}]*\} \d+$/m);
  expect(await ask(port, "/readyz")).toMatchObject({ status: 200 });
  // On a busy machine, a run may end more than three intervals of a second after the previous one.
  await eventually("health", async () => ((await ask(port, "/healthz")).status === 200 ? true : undefined));
});

it("postern sync --watch is not ready while it waits for its slot; a signal ends the wait", async () => {
  // The slot of this name is in the middle of the jitter window of two minutes.
  await writeFile(file("later.yaml"), `${CONFIG}jitter: 2m\n`);
  const started = watch("later.yaml", "--metrics-port", "0");
  const port = await portOf(started);
  expect(await ask(port, "/readyz")).toMatchObject({ status: 503 });
  expect(await ask(port, "/healthz")).toMatchObject({ status: 200 });
  expect(await ask(port, "/metrics")).toEqual({ status: 200, text: expect.not.stringContaining("} ") });
  started.signal("SIGTERM");
  expect(await started.exit()).toBe(0);
  expect(started.out).toBe("");
});

it("postern sync --watch reads its config before each run and prints its faults", async () => {
  await writeFile(file("changing.yaml"), `${CONFIG}interval: 1s\n`);
  const started = watch("changing.yaml");
  await started.says(new RegExp(HELD_OVER));
  await writeFile(file("changing.yaml"), CONFIG.replace("hosts", "host"));
  await started.says(/changing\.yaml: .*\n/, "err");
  await writeFile(file("changing.yaml"), CONFIG.replace("gate: postern", "gate: other").concat("interval: 1s\n"));
  await started.says(/no registration of the gate other is handed to the sync/);
});

it("postern sync --watch --output json prints one line for each run", async () => {
  const started = watch("sync.yaml", "--output", "json");
  await started.says(/\n.*\n/);
  for (const line of started.out.trimEnd().split("\n")) expect(JSON.parse(line).result).toBe("not-in-step");
});

it("postern sync --watch exits with 2 for an invalid config at the start and for a port in use", async () => {
  await writeFile(file("wrong.yaml"), CONFIG.replace("hosts", "host"));
  const wrong = watch("wrong.yaml");
  expect(await wrong.exit()).toBe(2);
  expect(wrong.err).toMatch(/^postern: \S+wrong\.yaml: .*\n$/);
  const port = await portOf(watch("sync.yaml", "--metrics-port", "0"));
  const second = watch("sync.yaml", "--metrics-port", String(port));
  expect(await second.exit()).toBe(2);
  expect(second.err).toMatch(/^postern: port \d+ is in use; choose another with --metrics-port, .*\n$/);
});

it("postern sync --watch continues the counters in the file of --metrics", async () => {
  const metrics = file("sync.prom");
  server.fault = { status: 500, message: "no" };
  for (const count of [1, 2]) {
    expect((await runPostern(args("sync.yaml", "--metrics", metrics))).code).toBe(2);
    const text = await readFile(metrics, "utf8");
    expect(text).toMatch(new RegExp(`^postern_sync_run_failures_total\\{[^}]*\\} ${count}$`, "m"));
  }
});
