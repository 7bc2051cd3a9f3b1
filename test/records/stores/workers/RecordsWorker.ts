import { readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { COMPATIBILITY_DATE } from "../../../../src/cli/dev/DevWorker.ts";
import type { Decision } from "../../../../src/records/decision/decisionSchema.ts";
import type { CommitAnswer } from "../../../../src/records/stores/workers/CommitRequest.ts";
import { onceForRun } from "../../../run/onceForRun.ts";
import type { ObjectFaults, ObjectReport } from "./objectWorker.ts";

const ENTRY = fileURLToPath(new URL("objectWorker.ts", import.meta.url));

/** How to start a {@link RecordsWorker}. */
export interface RecordsWorkerOptions {
  /** Where its Durable Objects and buckets are stored. */
  readonly folder: string;
  /** A private Ed25519 JWK. */
  readonly key: string;
  readonly vars?: Readonly<Record<string, string>>;
  /** The path of another worker that exports `FaultyRecordsObject`. */
  readonly entry?: string;
}

/** Objects of records in workerd, with SQLite and R2 in a folder. The worker is `objectWorker.ts`. */
export class RecordsWorker {
  readonly #miniflare: Miniflare;
  readonly #url: URL;

  private constructor(miniflare: Miniflare, url: URL) {
    this.#miniflare = miniflare;
    this.#url = url;
  }

  static async start({ folder, key, vars = {}, entry = ENTRY }: RecordsWorkerOptions): Promise<RecordsWorker> {
    const miniflare = new Miniflare(
      convertV4MiniflareOptions({
        modules: true,
        script: await bundledWorker(entry),
        compatibilityDate: COMPATIBILITY_DATE,
        bindings: { POSTERN_RECORDS_KEY: key, ...vars },
        durableObjects: { POSTERN_RECORDS: { className: "FaultyRecordsObject", useSQLite: true } },
        r2Buckets: ["POSTERN_RECORDS_BUCKET"],
        resourcePersistencePath: folder,
        host: "127.0.0.1",
        port: 0,
        handleStructuredLogs: () => undefined,
      }),
    );
    const url = await miniflare.ready.catch(async (error: unknown): Promise<never> => {
      await miniflare.dispose().catch(() => undefined);
      throw error;
    });
    return new RecordsWorker(miniflare, url);
  }

  /** Asks the object of a cluster to record decisions. */
  async commit(cluster: string, decisions: readonly Decision[], options: CommitOptions = {}): Promise<CommitAnswer> {
    const { object = cluster, remainingMs = 20_000, signal } = options;
    const body = JSON.stringify({ cluster, remainingMs, decisions });
    return this.#call(object, "commit", { method: "POST", body, ...(signal === undefined ? {} : { signal }) });
  }

  faults(cluster: string, faults: ObjectFaults): Promise<unknown> {
    return this.#fetch(cluster, "faults", { method: "POST", body: JSON.stringify(faults) });
  }

  /** Runs the alarm of the object now. */
  alarm(cluster: string): Promise<unknown> {
    return this.#fetch(cluster, "alarm", { method: "POST" });
  }

  /** Calls another path of the worker, and resolves to the JSON that it answers. */
  ask(path: string): Promise<unknown> {
    return this.#call("", path, {});
  }

  report(cluster: string): Promise<ObjectReport> {
    return this.#call(cluster, "report", {});
  }

  /** What R2 has of a cluster, by key. */
  async objects(cluster: string): Promise<ReadonlyMap<string, string>> {
    const bucket = await this.#miniflare.getR2Bucket("POSTERN_RECORDS_BUCKET");
    const found = new Map<string, string>();
    for (const { key } of (await bucket.list({ prefix: `${cluster}/` })).objects)
      found.set(key, (await (await bucket.get(key))?.text()) ?? "");
    return found;
  }

  async put(key: string, text: string): Promise<void> {
    await (await this.#miniflare.getR2Bucket("POSTERN_RECORDS_BUCKET")).put(key, text);
  }

  stop(): Promise<void> {
    return this.#miniflare.dispose();
  }

  async #call<T>(object: string, path: string, init: RequestInit): Promise<T> {
    return JSON.parse(await (await this.#fetch(object, path, init)).text());
  }

  #fetch(object: string, path: string, init: RequestInit): Promise<Response> {
    return fetch(new URL(object === "" ? path : `/${object}/${path}`, this.#url), init);
  }
}

/** See {@link RecordsWorker.commit}. */
export interface CommitOptions {
  /** The name of the object. Default: that of the cluster. */
  readonly object?: string;
  readonly remainingMs?: number;
  readonly signal?: AbortSignal;
}

async function bundledWorker(entry: string): Promise<string> {
  const folder = await onceForRun(`records-${basename(entry, ".ts")}`, async (made) => {
    const { outputFiles } = await build({
      entryPoints: [entry],
      bundle: true,
      format: "esm",
      target: "es2023",
      platform: "neutral",
      mainFields: ["module", "main"],
      conditions: ["workerd", "worker", "browser"],
      write: false,
      logLevel: "silent",
    });
    await writeFile(join(made, "worker.mjs"), outputFiles[0]?.text ?? "");
  });
  return readFile(join(folder, "worker.mjs"), "utf8");
}
