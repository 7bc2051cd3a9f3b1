import type { ObjectNamespace } from "../../../../src/records/stores/workers/askObject.ts";
import { DurableObjectLog } from "../../../../src/records/stores/workers/DurableObjectLog.ts";
import { LogRetention } from "../../../../src/records/stores/workers/LogRetention.ts";
import { LogTables } from "../../../../src/records/stores/workers/LogTables.ts";
import type { ObjectState } from "../../../../src/records/stores/workers/ObjectStorage.ts";
import type { RecordsObjectEnv } from "../../../../src/records/stores/workers/objectSettings.ts";
import type { RecordBucket } from "../../../../src/records/stores/workers/R2Archive.ts";
import { RecordsObject } from "../../../../src/records/stores/workers/RecordsObject.ts";

/** What a test does to an object. It lasts until the object is restarted. */
export interface ObjectFaults {
  /** How R2 answers puts: as it does, with an error, late, never, or after it has stored the object with an error. */
  readonly put?: "works" | "fails" | "slow" | "hangs" | "fails-after";
  /** How long a slow put takes. */
  readonly slowMs?: number;
  /** Added to the clock. */
  readonly clockMs?: number;
  /** SQL that the object runs on its log. */
  readonly sql?: string;
  /** The log is made at most so large, in bytes. */
  readonly shrinkTo?: number;
  /** The object is reset, as Cloudflare does when a write fails. */
  readonly abort?: boolean;
}

interface AbortableState extends ObjectState {
  abort(): void;
}

/** What a test reads of an object. */
export interface ObjectReport {
  readonly head: { readonly batch: number; readonly seq: number };
  /** The batches whose beginning is a known head. */
  readonly heads: readonly number[];
  readonly parts: number;
  readonly unarchived: readonly number[];
  readonly records: number;
  readonly alarmInMs: number | undefined;
  /** Puts into R2 since the object was started. */
  readonly puts: number;
}

/** The real object, with faults between it and R2. */
export class FaultyRecordsObject extends RecordsObject {
  readonly #state: AbortableState;
  readonly #faults: { current: ObjectFaults; puts: number };

  constructor(state: AbortableState, env: RecordsObjectEnv) {
    const faults: { current: ObjectFaults; puts: number } = { current: {}, puts: 0 };
    const { POSTERN_RECORDS_BUCKET: bucket } = env;
    super(
      state,
      { ...env, ...(bucket === undefined ? {} : { POSTERN_RECORDS_BUCKET: faultyBucket(bucket, faults) }) },
      () => Date.now() + (faults.current.clockMs ?? 0),
    );
    this.#state = state;
    this.#faults = faults;
  }

  override async fetch(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === "/commit") return super.fetch(request);
    if (pathname === "/alarm") {
      await this.alarm();
      return new Response();
    }
    if (pathname === "/faults") {
      const faults: ObjectFaults = await request.json();
      this.#faults.current = faults;
      const { storage } = this.#state;
      if (faults.sql !== undefined) storage.sql.exec(faults.sql);
      if (faults.shrinkTo !== undefined) await new LogRetention(new LogTables(storage)).shrink(faults.shrinkTo);
      if (faults.abort === true) this.#state.abort();
      return new Response();
    }
    return Response.json(await this.#report());
  }

  async #report(): Promise<ObjectReport> {
    const log = new DurableObjectLog(new LogTables(this.#state.storage), Date.now);
    const alarm = await this.#state.storage.getAlarm();
    const { batch, seq } = await log.head();
    const { sql } = this.#state.storage;
    return {
      heads: sql
        .exec("SELECT batch FROM heads ORDER BY batch")
        .toArray()
        .map((row) => Number(row.batch)),
      parts: sql.exec("SELECT id FROM parts").toArray().length,
      head: { batch, seq },
      unarchived: (await log.unarchived()).map((it) => it.batch),
      records: sql.exec("SELECT seq FROM records").toArray().length,
      alarmInMs: alarm === null ? undefined : alarm - Date.now(),
      puts: this.#faults.puts,
    };
  }
}

function faultyBucket(bucket: RecordBucket, faults: { current: ObjectFaults; puts: number }): RecordBucket {
  return {
    async put(key, text, options) {
      faults.puts += 1;
      const { put = "works", slowMs = 0 } = faults.current;
      if (put === "fails") throw new Error("put: We encountered an internal error. Please try again. (10001)");
      if (put === "hangs") await new Promise(() => undefined);
      if (put === "slow") await new Promise((resolve) => setTimeout(resolve, slowMs));
      const stored = await bucket.put(key, text, options);
      if (put === "fails-after") throw new Error("put: Reduce your concurrent request rate. (10058)");
      return stored;
    },
    get: (key) => bucket.get(key),
    delete: (keys) => bucket.delete(keys),
    list: (options) => bucket.list(options),
  };
}

/** `/OBJECT/commit`, `/OBJECT/faults`, `/OBJECT/alarm` and `/OBJECT/report` go to the object of that name. */
export default {
  async fetch(request: Request, { POSTERN_RECORDS: objects }: { readonly POSTERN_RECORDS: ObjectNamespace }) {
    const [, name = "", path = ""] = new URL(request.url).pathname.split("/");
    const body = request.method === "POST" ? await request.text() : undefined;
    try {
      const object = objects.get(objects.idFromName(name));
      return await object.fetch(`https://records/${path}`, {
        method: request.method,
        ...(body === undefined ? {} : { body }),
      });
    } catch (error) {
      return Response.json({ reset: String(error) }, { status: 500 });
    }
  },
};
