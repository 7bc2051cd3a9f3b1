import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { COMPATIBILITY_DATE } from "../../../src/cli/dev/DevWorker.ts";
import type { SourceLine } from "../../../src/records/chain/RecordSource.ts";
import { gateBundle } from "../../run/gateBundle.ts";
import { SOAK_CLUSTER, type SoakTarget } from "./SoakTarget.ts";
import { WorkerdProcesses } from "./WorkerdProcesses.ts";

const GATE = fileURLToPath(new URL("soakGate.ts", import.meta.url));

/** Bindings of `functions/workerRecords.ts` that a test leaves out. */
export type MissingBinding = "object" | "queue";

/** How to make a {@link WorkerdTarget}. */
export interface WorkerdTargetOptions {
  /** POSTERN_RECORDS_KEY: a private Ed25519 JWK. */
  readonly key: string;
  readonly without?: MissingBinding;
  /** Called with each line of the Worker's log. */
  readonly onLog?: (line: string) => void;
}

/** `functions/workerRecords.ts` with the gate of the soak in workerd: a Durable Object and R2 of miniflare. */
export class WorkerdTarget implements SoakTarget {
  readonly #options: WorkerdTargetOptions;
  readonly #folder: string;
  readonly #script: string;
  readonly #processes = new WorkerdProcesses();
  #miniflare: Miniflare | undefined;

  private constructor(options: WorkerdTargetOptions, folder: string, script: string) {
    this.#options = options;
    this.#folder = folder;
    this.#script = script;
  }

  static async create(options: WorkerdTargetOptions): Promise<WorkerdTarget> {
    const folder = await mkdtemp(join(tmpdir(), "postern-soak-"));
    return new WorkerdTarget(options, folder, await gateBundle("workerRecords", GATE));
  }

  async start(): Promise<string> {
    const { key, without, onLog } = this.#options;
    this.#miniflare = new Miniflare(
      convertV4MiniflareOptions({
        modules: true,
        script: this.#script,
        compatibilityDate: COMPATIBILITY_DATE,
        bindings: { POSTERN_RECORDS_KEY: key },
        ...(without === "object"
          ? {}
          : { durableObjects: { POSTERN_RECORDS: { className: "RecordsObject", useSQLite: true } } }),
        r2Buckets: ["POSTERN_RECORDS_BUCKET", "POSTERN_LATENCY_BUCKET"],
        ...(without === "queue"
          ? {}
          : {
              queueProducers: { POSTERN_RECORD_QUEUE: "records" },
              queueConsumers: { records: { maxBatchTimeout: 0.1 } },
            }),
        resourcePersistencePath: this.#folder,
        host: "127.0.0.1",
        port: 0,
        handleStructuredLogs: ({ message }: { readonly message: string }) => onLog?.(message),
      }),
    );
    return (await this.#miniflare.ready).origin;
  }

  async kill(): Promise<void> {
    await this.#processes.kill();
    await this.#miniflare?.dispose().catch(() => undefined);
    this.#miniflare = undefined;
  }

  async *lines(): AsyncIterable<SourceLine> {
    for (const prefix of ["~", "0"])
      for (const [key, text] of await this.objects("POSTERN_RECORDS_BUCKET", `${SOAK_CLUSTER}/${prefix}`))
        for (const [index, line] of text.split("\n").slice(0, -1).entries())
          yield { text: line, where: `${key}:${index + 1}` };
  }

  /** The objects of a bucket, in the order of their keys. */
  async objects(
    binding: "POSTERN_RECORDS_BUCKET" | "POSTERN_LATENCY_BUCKET",
    prefix: string,
  ): Promise<[string, string][]> {
    if (this.#miniflare === undefined) throw new Error("the gate does not run");
    const bucket = await this.#miniflare.getR2Bucket(binding);
    const found: [string, string][] = [];
    let cursor: string | undefined;
    do {
      const page = await bucket.list({ prefix, ...(cursor === undefined ? {} : { cursor }) });
      for (const { key } of page.objects) found.push([key, (await (await bucket.get(key))?.text()) ?? ""]);
      cursor = page.truncated ? page.cursor : undefined;
    } while (cursor !== undefined);
    return found;
  }

  async remove(): Promise<void> {
    await this.#miniflare?.dispose().catch(() => undefined);
    this.#processes.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
