import { fileURLToPath } from "node:url";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { COMPATIBILITY_DATE } from "../../src/cli/dev/DevWorker.ts";
import { bundleWorker } from "./bundleWorker.ts";
import type { Runtime } from "./Runtime.ts";
import { startLambda } from "./startLambda.ts";
import { startNodeProcess } from "./startNode.ts";

const path = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
const GATE = path("gates/telemetryGate.ts");

/** A runtime whose log can be read. */
export interface TelemetryRuntime extends Runtime {
  /** The lines of the log so far. */
  readonly lines: readonly string[];
}

type Start = (env: Readonly<Record<string, string>>) => Promise<TelemetryRuntime>;

/** Starts the gate `telemetryGate` with telemetry, on each runtime. */
export const telemetryRuntimes: readonly [name: string, platform: string | undefined, start: Start][] = [
  ["Node", undefined, startNode],
  ["workerd", "cloudflare.workers", startWorkerd],
  ["Lambda", "aws_lambda", startLambdaFunction],
];

async function startNode(env: Readonly<Record<string, string>>): Promise<TelemetryRuntime> {
  const lines: string[] = [];
  return { ...(await startNodeProcess(GATE, env, (line) => lines.push(line))), lines };
}

async function startWorkerd(env: Readonly<Record<string, string>>): Promise<TelemetryRuntime> {
  const lines: string[] = [];
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      modules: true,
      script: await bundleWorker(path("telemetry/worker.ts")),
      compatibilityDate: COMPATIBILITY_DATE,
      compatibilityFlags: ["nodejs_als"],
      bindings: { ...env },
      host: "127.0.0.1",
      port: 0,
      handleStructuredLogs: ({ message }) => lines.push(message),
    }),
  );
  const base = await miniflare.ready;
  return {
    lines,
    async call({ method = "POST", path: called, headers = {}, body }) {
      const response = await fetch(new URL(called, base), { method, headers, ...(body === undefined ? {} : { body }) });
      return { status: response.status, headers: response.headers, text: await response.text() };
    },
    stop: () => miniflare.dispose(),
  };
}

async function startLambdaFunction(env: Readonly<Record<string, string>>): Promise<TelemetryRuntime> {
  const lines: string[] = [];
  // Not a spy: those end with each test.
  const { write } = process.stdout;
  process.stdout.write = (text: string | Uint8Array) => {
    lines.push(String(text).trimEnd());
    return true;
  };
  const lambda = await startLambda("text")(GATE, {
    AWS_LAMBDA_FUNCTION_NAME: "gate",
    AWS_REGION: "eu-central-1",
    ...env,
  });
  return {
    ...lambda,
    lines,
    async stop() {
      process.stdout.write = write;
      await lambda.stop();
    },
  };
}
