import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { COMPATIBILITY_DATE } from "../../src/cli/dev/DevWorker.ts";
import { createLambda } from "../../src/hosts/createLambda.ts";
import { lambdaTelemetry } from "../../src/hosts/telemetry/lambdaTelemetry.ts";
import { motoBinary } from "../announcement/providers/MotoServer.ts";
import { freePorts } from "../cluster/ports/freePorts.ts";
import secretsGate from "../fixtures/gates/secretsGate.ts";
import { AwsStoresForTest, BUCKET, TABLE } from "../records/stores/aws/awsStores.ts";
import type { Runtime } from "./Runtime.ts";
import { functionUrlEvent } from "./startLambda.ts";
import { startNodeProcess } from "./startNode.ts";

const path = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

/** Texts by where they were written. */
export type Written = Readonly<Record<string, string>>;

/** A runtime with the gate `secretsGate`, and all that it writes. */
export interface PlantedRuntime extends Runtime {
  /** The log so far. */
  readonly lines: readonly string[];
  /** Standard error, metrics and stores. Undefined where the runtime has no store here. */
  written(): Promise<Written>;
  /** Whether it records with the profile `compliance` here. */
  readonly hasStore: boolean;
}

type Start = (env: Readonly<Record<string, string>>) => Promise<PlantedRuntime>;

/** Starts `secretsGate` on each runtime. */
export const plantedRuntimes: readonly [name: string, start: Start][] = [
  ["Node", startNode],
  ["workerd", startWorkerd],
  ["Lambda", startLambda],
];

async function startNode(env: Readonly<Record<string, string>>): Promise<PlantedRuntime> {
  const folder = await mkdtemp(join(tmpdir(), "postern-planted-"));
  const store = join(folder, "store");
  const [metricsPort = 0] = await freePorts(1);
  const lines: string[] = [];
  let errors = "";
  const runtime = await startNodeProcess(
    path("gates/secretsGate.ts"),
    { ...env, POSTERN_RECORDS_DIR: store, POSTERN_METRICS_PORT: String(metricsPort) },
    (line) => lines.push(line),
    (text) => {
      errors += text;
    },
  );
  return {
    call: runtime.call,
    lines,
    hasStore: true,
    async written() {
      const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
      const files = (await readdir(store, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
      const texts = files.map(
        async ({ parentPath, name }) => [`store ${name}`, await readFile(join(parentPath, name), "latin1")] as const,
      );
      return { stderr: errors, metrics, ...Object.fromEntries(await Promise.all(texts)) };
    },
    async stop() {
      await runtime.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function startWorkerd(env: Readonly<Record<string, string>>): Promise<PlantedRuntime> {
  const lines: string[] = [];
  const bundle = await build({
    entryPoints: [path("telemetry/secretsWorker.ts")],
    bundle: true,
    format: "esm",
    target: "es2023",
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["workerd", "worker", "browser"],
    define: { "process.env.NODE_ENV": '"production"' },
    external: ["node:async_hooks"],
    write: false,
  });
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      modules: true,
      script: bundle.outputFiles[0]?.text ?? "",
      compatibilityDate: COMPATIBILITY_DATE,
      compatibilityFlags: ["nodejs_als"],
      bindings: { ...env },
      durableObjects: { POSTERN_RECORDS: { className: "RecordsObject", useSQLite: true } },
      r2Buckets: ["POSTERN_RECORDS_BUCKET", "POSTERN_LATENCY_BUCKET"],
      host: "127.0.0.1",
      port: 0,
      handleStructuredLogs: ({ message }) => lines.push(message),
    }),
  );
  const base = await miniflare.ready;
  return {
    lines,
    hasStore: true,
    async call({ method = "POST", path: called, headers = {}, body }) {
      const response = await fetch(new URL(called, base), { method, headers, ...(body === undefined ? {} : { body }) });
      return { status: response.status, headers: response.headers, text: await response.text() };
    },
    async written() {
      const bucket = await miniflare.getR2Bucket("POSTERN_RECORDS_BUCKET");
      const { objects } = await bucket.list();
      const texts = objects.map(async ({ key }) => [`store ${key}`, (await (await bucket.get(key))?.text()) ?? ""]);
      return Object.fromEntries(await Promise.all(texts));
    },
    stop: () => miniflare.dispose(),
  };
}

async function startLambda(env: Readonly<Record<string, string>>): Promise<PlantedRuntime> {
  const binary = motoBinary();
  const stores = binary === undefined ? undefined : await AwsStoresForTest.start(binary);
  const lines: string[] = [];
  // Not a spy: those end with each test.
  const { write } = process.stdout;
  process.stdout.write = (text: string | Uint8Array) => {
    lines.push(String(text).trimEnd());
    return true;
  };
  const ofStores = { POSTERN_RECORDS_TABLE: TABLE, POSTERN_RECORDS_BUCKET: BUCKET, POSTERN_RECORDS_KEEP_DAYS: "1" };
  const { POSTERN_RECORDS_KEY: _, ...others } = env;
  const handler = createLambda(
    secretsGate,
    {
      ...(stores === undefined ? others : { ...env, ...stores.env, ...ofStores }),
      AWS_LAMBDA_FUNCTION_NAME: "gate",
    },
    { telemetry: lambdaTelemetry, exportWaitMs: 2_000 },
  );
  return {
    lines,
    hasStore: stores !== undefined,
    async call(called) {
      const answer = await handler(functionUrlEvent(called, "text"), {});
      return { status: answer.statusCode, headers: new Headers(answer.headers), text: answer.body ?? "" };
    },
    async written() {
      if (stores === undefined) return {};
      const objects = [...(await stores.objects("shop"))].map(([name, text]) => [`store ${name}`, text]);
      return { table: JSON.stringify(await stores.items("shop")), ...Object.fromEntries(objects) };
    },
    async stop() {
      process.stdout.write = write;
      await stores?.stop();
    },
  };
}
