import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, expect, it } from "vitest";
import { SyncRunner } from "../../../src/cli/sync/SyncRunner.ts";
import { FakeApiServer } from "../FakeApiServer.ts";

const CONFIG = `
gate: postern
cluster: production
trust: { mode: pin, roots: [letsencrypt] }
selfTest: { publicKey: { kty: OKP, crv: Ed25519, x: 11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo } }
hosts: [gate.example.com]
`;

const server = new FakeApiServer();
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "postern-sync-runner-"));
  await writeFile(join(folder, "kubeconfig"), await server.start());
});

afterAll(async () => {
  server.stop();
  await rm(folder, { recursive: true });
});

it("SyncRunner.reload with an invalid config records the error in the metrics and drops the previous findings", async () => {
  const [config, metrics] = [join(folder, "sync.yaml"), join(folder, "postern.prom")];
  await writeFile(config, CONFIG);
  const output = { write: () => true, isTTY: false };
  const terminal = { stdout: output, stderr: output, stdin: Readable.from([]), env: {} };
  const kubeconfig = join(folder, "kubeconfig");
  const runner = await SyncRunner.create(terminal, { config, metrics, kubeconfig, dryRun: false });
  await runner.run(() => undefined);
  expect(await runner.metrics()).toContain('postern_sync_findings{code="no-targets"');

  await writeFile(config, CONFIG.replace("hosts", "host"));
  await expect(runner.reload()).rejects.toMatchObject({ code: "bad-config" });
  const text = await runner.metrics();
  expect(text).toContain('postern_sync_run_failures_total{code="bad-config",gate="postern",cluster="production"} 1\n');
  expect(text).toContain('postern_sync_in_step{gate="postern",cluster="production"} 0\n');
  expect(text).not.toContain("postern_sync_findings{");
  expect(await readFile(metrics, "utf8")).toBe(text);
});
