import * as z from "zod/mini";
import { jsonLog } from "../../../telemetry/jsonLog.ts";
import type { Log } from "../../../telemetry/Log.ts";
import { limitLines } from "../../../telemetry/limitLines.ts";
import { batchKey } from "../../chain/batchText.ts";
import type { Decision } from "../../decision/decisionSchema.ts";
import { RecordError } from "../../RecordError.ts";
import { ChainWriter, type Receipt } from "../../writer/ChainWriter.ts";
import { GroupCommit } from "../../writer/GroupCommit.ts";
import { retain } from "../../writer/retain.ts";
import { type CommitAnswer, type CommitRequest, commitRequestSchema } from "./CommitRequest.ts";
import { DurableObjectLog } from "./DurableObjectLog.ts";
import { LogRetention } from "./LogRetention.ts";
import { LogTables } from "./LogTables.ts";
import type { ObjectState } from "./ObjectStorage.ts";
import { type ObjectSettings, objectSettings, type RecordsObjectEnv } from "./objectSettings.ts";
import { R2Archive } from "./R2Archive.ts";

/** Bodies of calls that are open, in bytes. An object has 128 MB, and a body is there as text and parsed. */
const MAX_OPEN_BYTES = 16 * 1024 * 1024;
/** An object has 10 GB. */
const MAX_LOG_BYTES = 6e9;
/** From a commit to the alarm that looks for what the commit left. */
const SOON_MS = 60_000;
/** Between alarms of a cluster without calls. */
const REST_MS = 60 * 60 * 1000;

interface WaitingDecision {
  readonly decision: Decision;
  /** Milliseconds of the object's clock. */
  readonly untilMs: number;
}

/**
 * Writes the chain of one cluster: a Durable Object, of which there is one in the world for each name. Its SQLite storage is
 * the log ({@link DurableObjectLog}), and an R2 bucket the archive ({@link R2Archive}). Decisions that arrive during a commit
 * go into the next one. It is called with `fetch`: methods (RPC) need a class of `cloudflare:workers`, which only workerd has.
 *
 * | what happens | answer, and what follows |
 * |---|---|
 * | R2 refuses or is slow | `store-unavailable`; the batch is in the log, and the next commit or the alarm archives it |
 * | the storage refuses a write | Cloudflare resets the object, the call fails; nothing is written |
 * | the caller stopped waiting before the commit began | `too-late`; no record |
 * | the object is restarted | the next commit reads the log, and archives what R2 has not |
 * | the log was set back (point-in-time recovery) | `store-conflict` on each call: R2 has another batch of that number |
 * | a call with the name of another cluster | `store-conflict` |
 *
 * An alarm archives what a commit left, ends the retention (see `retain`), and keeps the log below 6 GB.
 */
export class RecordsObject {
  readonly #state: ObjectState;
  readonly #env: RecordsObjectEnv;
  readonly #now: () => number;
  readonly #tables: LogTables;
  readonly #log: DurableObjectLog;
  readonly #lines: Log;
  readonly #commits: GroupCommit<WaitingDecision, Receipt | RecordError>;
  #writer: ChainWriter | undefined;
  #openBytes = 0;
  #alarmAt: number | undefined;

  /** `now` is in milliseconds since 1970. */
  constructor(state: ObjectState, env: RecordsObjectEnv, now: () => number = Date.now) {
    this.#state = state;
    this.#env = env;
    this.#now = now;
    this.#tables = new LogTables(state.storage);
    this.#log = new DurableObjectLog(this.#tables, now);
    // biome-ignore lint/suspicious/noConsole: what a Worker writes to the console is its log
    const write = (line: string): void => console.log(line);
    this.#lines = limitLines(jsonLog(write, now), now);
    this.#commits = new GroupCommit((waiting) => this.#commit(waiting));
  }

  /** `POST /commit` with a {@link CommitRequest}. The answer has the status 200 and is a {@link CommitAnswer}. */
  async fetch(request: Request): Promise<Response> {
    const body = await request.text();
    if (this.#openBytes + body.length > MAX_OPEN_BYTES)
      return Response.json(failure(new RecordError("queue-full", "too many decisions wait; try again")));
    this.#openBytes += body.length;
    try {
      return Response.json({ receipts: await this.#record(readRequest(body)) } satisfies CommitAnswer);
    } catch (error) {
      const answer = failure(error);
      const { code, message } = answer.error;
      this.#lines.warn("a decision was not recorded", { cluster: this.#log.cluster, code, reason: message, error });
      return Response.json(answer);
    } finally {
      this.#openBytes -= body.length;
    }
  }

  /** Called by the runtime at the time of the alarm. */
  async alarm(): Promise<void> {
    this.#alarmAt = undefined;
    const cluster = this.#log.cluster;
    if (cluster === undefined) return;
    let nextMs = REST_MS;
    try {
      await this.#maintain(cluster, objectSettings(this.#env));
    } catch (error) {
      nextMs = SOON_MS;
      this.#lines.error("the records cannot be maintained; it is tried again", { cluster, error });
    }
    await this.#wakeIn(nextMs);
  }

  async #record({ cluster, remainingMs, decisions }: CommitRequest): Promise<Receipt[]> {
    if (decisions.some((decision) => decision.cluster !== cluster))
      throw new RecordError("store-conflict", "a decision is that of another cluster");
    this.#log.claim(cluster);
    const untilMs = this.#now() + remainingMs;
    const outcomes = await Promise.all(decisions.map((decision) => this.#commits.add({ decision, untilMs })));
    return outcomes.map((outcome) => {
      if (outcome instanceof RecordError) throw outcome;
      return outcome;
    });
  }

  async #commit(waiting: readonly WaitingDecision[]): Promise<readonly (Receipt | RecordError)[]> {
    const now = this.#now();
    const inTime = waiting.filter(({ untilMs }) => untilMs > now);
    const late = new RecordError("too-late", "the caller stopped waiting before the decision was recorded");
    if (inTime.length === 0) return waiting.map(() => late);
    await this.#wakeIn(SOON_MS);
    const receipts = await this.#openWriter().commit(inTime.map(({ decision }) => decision));
    const receiptOf = new Map(inTime.map((item, index) => [item, receipts[index]]));
    return waiting.map((item) => receiptOf.get(item) ?? late);
  }

  #openWriter(): ChainWriter {
    if (this.#writer !== undefined) return this.#writer;
    const { cluster } = this.#log;
    if (cluster === undefined) throw new TypeError("a commit has no cluster");
    const { signer, bucket } = objectSettings(this.#env);
    this.#writer = new ChainWriter(cluster, { log: this.#log, archive: new R2Archive(bucket, cluster), signer });
    return this.#writer;
  }

  async #maintain(cluster: string, { signer, bucket, keepMs }: ObjectSettings): Promise<void> {
    const archive = new R2Archive(bucket, cluster);
    for (const { batch, text } of await this.#log.unarchived()) {
      await archive.put(batchKey(batch), text);
      this.#tables.markArchived(batch + 1);
    }
    const log = new LogRetention(this.#tables);
    if (keepMs !== undefined) await retain(cluster, this.#now(), { log, archive, signer, keepMs });
    await log.shrink(MAX_LOG_BYTES);
  }

  /** Sets the alarm, unless there is an earlier one. */
  async #wakeIn(ms: number): Promise<void> {
    const { storage } = this.#state;
    const at = this.#now() + ms;
    this.#alarmAt ??= (await storage.getAlarm()) ?? undefined;
    if (this.#alarmAt !== undefined && this.#alarmAt <= at && this.#alarmAt > this.#now()) return;
    this.#alarmAt = at;
    await storage.setAlarm(at);
  }
}

function readRequest(body: string): CommitRequest {
  try {
    return z.parse(commitRequestSchema, JSON.parse(body));
  } catch (cause) {
    throw new RecordError("wrong-setting", "the object was called with something else than decisions", { cause });
  }
}

function failure(error: unknown): Extract<CommitAnswer, { readonly error: unknown }> {
  if (error instanceof RecordError) return { error: { code: error.code, message: error.message } };
  return { error: { code: "store-unavailable", message: "the object of the records failed" } };
}
