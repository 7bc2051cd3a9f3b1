import { Worker } from "node:worker_threads";
import type { Decision } from "../../records/decision/decisionSchema.ts";
import { RecordError } from "../../records/RecordError.ts";
import type { Receipt } from "../../records/writer/ChainWriter.ts";
import type { Log } from "../../telemetry/Log.ts";
import { type RecordMessage, type RecordRequest, recordMessageSchema } from "./recordMessages.ts";
import { recordThreadData } from "./recordThreadData.ts";

/** What {@link RecordThread} needs. */
export interface RecordThreadOptions {
  /** The script of this process. The thread runs it again, and writes records where the process would serve. */
  readonly script: string;
  /** Arguments of the script. */
  readonly args: readonly string[];
  readonly log: Log;
}

interface Waiting {
  resolve(receipt: Receipt): void;
  reject(error: RecordError): void;
}

/** More decisions than this do not wait. */
const MAX_WAITING = 2_048;
/** A thread that ends is not started again at once. */
const RESTART_MS = 1_000;

/**
 * A thread that writes records. A sync of the disk holds the thread that asks for it: in a thread of its own it delays no
 * review, and the decisions that arrive meanwhile go into the next commit.
 *
 * | state | decision | the thread ends |
 * |---|---|---|
 * | starting | waits | the process does not start |
 * | open | goes to the thread | those that wait fail, and it starts again after a second |
 * | ended | fails | |
 */
export class RecordThread {
  readonly #options: RecordThreadOptions;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #id = 0;
  #restart: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  private constructor(options: RecordThreadOptions) {
    this.#options = options;
  }

  /** Starts the thread. Rejects with {@link RecordError} when its settings cannot be used, or another process has the store. */
  static async start(options: RecordThreadOptions): Promise<RecordThread> {
    const thread = new RecordThread(options);
    await thread.#start();
    return thread;
  }

  /** The number of decisions that wait for a receipt. */
  get size(): number {
    return this.#waiting.size;
  }

  /** Resolves once log and archive have the decision durably. Rejects with {@link RecordError}. */
  record(decision: Decision): Promise<Receipt> {
    const worker = this.#worker;
    if (worker === undefined)
      return Promise.reject(new RecordError("store-unavailable", "the thread for records has ended; it starts again"));
    if (this.#waiting.size >= MAX_WAITING)
      return Promise.reject(
        new RecordError("queue-full", "too many decisions wait for the store of the records; try again"),
      );
    this.#id += 1;
    const request: RecordRequest = { id: this.#id, decision };
    return new Promise((resolve, reject) => {
      this.#waiting.set(request.id, { resolve, reject });
      worker.postMessage(request);
    });
  }

  /** Ends the thread. Decisions that wait fail. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#restart);
    const worker = this.#worker;
    this.#lose("the process is about to stop");
    void worker?.terminate();
  }

  #start(): Promise<void> {
    const { script, args } = this.#options;
    const worker = new Worker(script, { argv: [...args], workerData: recordThreadData });
    return new Promise((resolve, reject) => {
      worker.on("message", (message: unknown) => {
        // A gate may write to its parent as well.
        const { success, data } = recordMessageSchema.safeParse(message);
        if (!success) return;
        if (data.kind === "open") {
          this.#worker = worker;
          // From now on the process does not wait for its thread.
          worker.unref();
          resolve();
        } else if (data.kind === "unusable") {
          reject(new RecordError(data.code, data.message));
          void worker.terminate();
        } else this.#hear(data);
      });
      const end = (error: Error): void => {
        reject(new RecordError("store-unavailable", `the thread for records cannot start: ${error.message}`));
        if (worker !== this.#worker) return;
        this.#lose("the thread for records ended");
        if (!this.#isClosed) this.#startAgain(error);
      };
      worker.on("error", end);
      worker.on("exit", () => end(new Error("the thread ended")));
    });
  }

  #startAgain(error: unknown): void {
    this.#options.log.error("the thread for records ended; it starts again", { error });
    this.#restart = setTimeout(() => {
      this.#start().catch((failure: unknown) => {
        if (!this.#isClosed) this.#startAgain(failure);
      });
    }, RESTART_MS).unref();
  }

  #hear(message: Exclude<RecordMessage, { kind: "open" | "unusable" }>): void {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.kind === "receipt") waiting?.resolve({ leaf: message.leaf, seq: message.seq });
    else waiting?.reject(new RecordError(message.code, message.message));
  }

  #lose(why: string): void {
    this.#worker = undefined;
    for (const { reject } of this.#waiting.values()) reject(new RecordError("store-unavailable", why));
    this.#waiting.clear();
  }
}
