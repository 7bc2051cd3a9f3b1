import { fileURLToPath } from "node:url";
import { context, type Plugin } from "esbuild";
import { buildFaults, formatFaults } from "../gate/buildFaults.ts";
import { ownModules } from "../gate/ownModules.ts";
import { CliError } from "../terminal/CliError.ts";
import { openWorkers } from "./gate/openWorkers.ts";

/** What to bundle: the module of a Worker, or a gate to wrap in one. */
export type WorkerSource = { readonly worker: string } | { readonly gate: string; readonly isTraced: boolean };

/** A bundle that is rebuilt on change. */
export interface WatchedWorker {
  /** The first build. */
  readonly script: string;
  stop(): Promise<void>;
}

/** Events after the first build. */
export interface WatchEvents {
  readonly onBuild: (script: string) => void;
  /** `faults` has one `file:line:column: fault` on each line. */
  readonly onFault: (faults: string) => void;
}

/**
 * Bundles a Worker as for deployment, but answers every caller, and again on each change. Throws {@link CliError} `build-failed` when the first
 * build fails.
 */
export async function watchWorker(source: WorkerSource, events: WatchEvents): Promise<WatchedWorker> {
  const file = "worker" in source ? source.worker : source.gate;
  const first = Promise.withResolvers<string>();
  let builds = 0;
  const report: Plugin = {
    name: "report",
    setup({ onEnd }) {
      onEnd(({ errors, outputFiles }) => {
        builds += 1;
        const script = outputFiles?.[0]?.text;
        if (errors.length > 0 || script === undefined) {
          if (builds === 1) first.reject(new CliError("build-failed", formatFaults(errors, file)));
          else events.onFault(formatFaults(errors, file));
        } else if (builds === 1) first.resolve(script);
        else events.onBuild(script);
      });
    },
  };
  const bundling = await context({
    ...entry(source),
    absWorkingDir: process.cwd(),
    bundle: true,
    write: false,
    format: "esm",
    target: "es2023",
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["workerd", "worker", "browser"],
    alias: ownModules(),
    define: { "process.env.NODE_ENV": '"production"' },
    sourcemap: "inline",
    logLevel: "silent",
    plugins: [openWorkers, report],
  }).catch((error: unknown): never => {
    throw new CliError("build-failed", buildFaults(error, file), error);
  });
  await bundling.watch();
  try {
    return { script: await first.promise, stop: () => bundling.dispose() };
  } catch (error) {
    await bundling.dispose();
    throw error;
  }
}

/** In the repository, or in an installed package. */
function traceModule(): string {
  const ending = import.meta.url.endsWith(".ts") ? "ts" : "js";
  return fileURLToPath(new URL(`../../hosts/telemetry/traceLines.${ending}`, import.meta.url));
}

function entry(source: WorkerSource): object {
  if ("worker" in source) return { entryPoints: [source.worker] };
  // Whatever the file exports: loadDevGate says what is wrong with it.
  const lines = [
    'import { createWorker, workerRecords } from "postern/gate";',
    `import * as exported from ${JSON.stringify(source.gate)};`,
    ...(source.isTraced ? [`import { traceLines } from ${JSON.stringify(traceModule())};`] : []),
    `export default createWorker(exported.default, { records: workerRecords()${source.isTraced ? ", telemetry: traceLines" : ""} });`,
  ];
  const contents = `${lines.join("\n")}\n`;
  return { stdin: { contents, resolveDir: process.cwd(), sourcefile: "(worker of the gate)", loader: "ts" } };
}
