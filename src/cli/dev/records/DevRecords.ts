import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod/mini";
import { RecordError } from "../../../records/RecordError.ts";
import { NodeStore } from "../../../records/stores/node/NodeStore.ts";
import { type CommitAnswer, commitRequestSchema } from "../../../records/stores/workers/CommitRequest.ts";
import { parseRecordsKey } from "../../../records/writer/parseRecordsKey.ts";
import type { Log } from "../../../telemetry/Log.ts";
import { newRecordsKey } from "../../records/key/newRecordsKey.ts";
import { writeFileAtomically } from "../../terminal/writeFileAtomically.ts";

/** What {@link DevRecords} needs. */
export interface DevRecordsDeps {
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * The decision records of `postern dev`: the store of a Node gate in the folder `records`, in the place of a Durable Object
 * and R2. It opens at the first decision. The key is made once: `records-key.json`, and `records.jwks` with the public key.
 */
export class DevRecords {
  /** The folder of the store. */
  readonly path: string;
  readonly keysPath: string;
  readonly #folder: string;
  readonly #deps: DevRecordsDeps;
  #opened: Promise<NodeStore> | undefined;

  /** `folder` is that of `postern dev`. */
  constructor(folder: string, deps: DevRecordsDeps) {
    this.path = join(folder, "records");
    this.keysPath = join(folder, "records.jwks");
    this.#folder = folder;
    this.#deps = deps;
  }

  /** Answers a call of the Worker as `RecordsObject` does: a `CommitRequest` with a `CommitAnswer`, both JSON. Never rejects. */
  async answer(body: string): Promise<string> {
    const answer: CommitAnswer = await this.#commit(body).catch((error: unknown) => {
      const { code, message } =
        error instanceof RecordError ? error : new RecordError("store-unavailable", String(Object(error).message));
      return { error: { code, message } };
    });
    return JSON.stringify(answer);
  }

  /** Frees the folder. */
  async close(): Promise<void> {
    const store = await this.#opened?.catch(() => undefined);
    store?.close();
  }

  async #commit(body: string): Promise<CommitAnswer> {
    const { decisions } = z.parse(commitRequestSchema, JSON.parse(body));
    this.#opened ??= this.#open();
    const store = await this.#opened.catch((error: unknown): never => {
      this.#opened = undefined;
      throw error;
    });
    const receipts = await Promise.all(decisions.map((decision) => store.record(decision)));
    return { receipts: receipts.map(({ leaf, seq }) => ({ leaf, seq })) };
  }

  async #open(): Promise<NodeStore> {
    return NodeStore.open({ folder: this.path, signer: parseRecordsKey(await this.#key()), ...this.#deps });
  }

  async #key(): Promise<string> {
    const path = join(this.#folder, "records-key.json");
    const known = await readFile(path, "utf8").catch((error: unknown) => {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
      throw error;
    });
    if (known !== undefined) return known;
    const { privateJwk, publicJwks } = await newRecordsKey();
    // The public key first: a private one without it could not be verified with.
    await writeFileAtomically(this.keysPath, `${publicJwks}\n`, 0o644);
    await writeFileAtomically(path, `${privateJwk}\n`, 0o600);
    return privateJwk;
  }
}
