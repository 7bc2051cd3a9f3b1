import { Worker } from "node:worker_threads";
import type { ApartAnswer, LargeCall } from "../../gate/GateDependencies.ts";
import { GateError } from "../../gate/GateError.ts";
import { Segment } from "../../gate/http/BodyBuffer.ts";
import type { Recorder } from "../../records/writer/Recorder.ts";
import type { Counters } from "../../telemetry/Counters.ts";
import type { Log } from "../../telemetry/Log.ts";
import { judgeThreadData } from "./judgeThreadData.ts";
import { recordForThread } from "./recordForThread.ts";
import { type ThreadCall, type ThreadMessage, threadMessageSchema } from "./threadMessages.ts";
import type { RelayedTelemetry } from "./threadTelemetry.ts";

/** What {@link JudgeThread} needs. */
export interface JudgeThreadOptions {
  /** The script of this process. The thread runs it again, and judges where the process would serve. */
  readonly script: string;
  /** Arguments of the script. */
  readonly args: readonly string[];
  /** The heap of the thread, in bytes. A review that needs more ends the thread, and not the process. */
  readonly heapBytes: number;
  /** The bodies that wait for the thread, in bytes together. */
  readonly waitingBytes: number;
  readonly certificateSerial: () => string | undefined;
  readonly counters: Counters;
  /** Is told what the thread measured. Default: it is dropped. */
  readonly onTelemetry?: (relayed: RelayedTelemetry) => void;
  /** Where the decisions of the thread go. */
  readonly records?: Recorder | undefined;
  readonly log: Log;
  /** Without a call for this long the thread ends, and its memory is free. Default 20 s. */
  readonly idleMs?: number;
  /** How long after the deadline of its call a thread that is still busy ends. Default 10 s. */
  readonly lateMs?: number;
}

interface Waiting extends LargeCall {
  readonly resolve: (answer: ApartAnswer) => void;
  readonly reject: (error: GateError) => void;
  /** The deadline, on the clock of `performance.now()`. */
  readonly endsAt: number;
  /** Ends the call at its deadline. */
  readonly timer: ReturnType<typeof setTimeout>;
}

const MEBIBYTE = 1024 * 1024;
const MAX_WAITING = 32;
const MAX_FAILED_STARTS = 3;
const IDLE_MS = 20_000;
const LATE_MS = 10_000;

/**
 * A thread that judges large reviews, one after the other. Parsing one holds a thread for up to a second, and takes
 * hundreds of megabytes. In a thread of its own it delays no other review, memory that it lacks does not end the process,
 * and all memory is free again when the thread ends.
 *
 * | state | call | answer | deadline of its call | out of memory |
 * |---|---|---|---|---|
 * | no thread | starts one, waits | | | |
 * | starting | waits | | rejects the call | gives all calls back, to be judged in the main thread |
 * | at a call | waits | resolves the call, takes the next | rejects the call, and ends the thread 10 s later | call is too costly |
 * | at the record of a call | waits | | | ends; the next call starts another one |
 * | idle | is judged | | | |
 *
 * A record is made after the answer, and holds the review until then: the memory has room for one.
 */
export class JudgeThread {
  readonly #options: JudgeThreadOptions;
  readonly #waiting: Waiting[] = [];
  #worker: Worker | undefined;
  /** `busy` from a call to the end of its record. */
  #state: "starting" | "idle" | "busy" = "starting";
  #current: Waiting | undefined;
  #id = 0;
  #failedStarts = 0;
  #idle: ReturnType<typeof setTimeout> | undefined;

  constructor(options: JudgeThreadOptions) {
    this.#options = options;
  }

  /** See {@link GateDependencies.judgeApart}. */
  judge(call: LargeCall): Promise<ApartAnswer> {
    if (this.#failedStarts >= MAX_FAILED_STARTS) return Promise.resolve("unavailable");
    const all = this.#waiting.reduce((sum, { bytes }) => sum + bytes, call.bytes);
    const isFull = this.#waiting.length > 0 && all > this.#options.waitingBytes;
    if (isFull || this.#waiting.length >= MAX_WAITING)
      return Promise.reject(new GateError("overloaded", "too many large reviews wait; try again"));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#giveUp(waiting), Math.max(call.remainingMs, 0));
      const waiting: Waiting = { ...call, resolve, reject, timer, endsAt: performance.now() + call.remainingMs };
      this.#waiting.push(waiting);
      this.#next();
    });
  }

  /** The calls that wait, and the one that is judged. */
  get calls(): number {
    return this.#waiting.length + (this.#current === undefined ? 0 : 1);
  }

  /** Ends the thread. Calls that wait are rejected. */
  stop(): void {
    for (const waiting of this.#waiting.splice(0)) this.#fail(waiting);
    this.#end();
  }

  #next(): void {
    if (this.#state === "busy") return;
    clearTimeout(this.#idle);
    const next = this.#waiting[0];
    if (next === undefined) {
      if (this.#worker !== undefined)
        this.#idle = setTimeout(() => this.#end(), this.#options.idleMs ?? IDLE_MS).unref();
      return;
    }
    this.#worker ??= this.#start();
    if (this.#state === "starting") return;
    this.#waiting.shift();
    this.#state = "busy";
    this.#current = next;
    this.#id += 1;
    // Whole seconds, as the API server writes them. The process itself keeps the exact time.
    const url = `${next.url}?timeout=${Math.min(30, Math.ceil((next.endsAt - performance.now()) / 1000) + 1)}s`;
    const body = next.body.map((part) => (isPooled(part) ? part.slice() : part));
    const call: ThreadCall = {
      kind: "call",
      id: this.#id,
      url,
      body,
      bytes: next.bytes,
      serial: this.#options.certificateSerial(),
      trace: next.trace,
      identity: next.identity,
    };
    this.#worker.postMessage(
      call,
      body.flatMap(({ buffer }) => (buffer instanceof ArrayBuffer ? [buffer] : [])),
    );
  }

  #start(): Worker {
    const { script, args, heapBytes } = this.#options;
    const worker = new Worker(script, {
      argv: [...args],
      workerData: judgeThreadData,
      resourceLimits: { maxOldGenerationSizeMb: Math.ceil(heapBytes / MEBIBYTE), maxYoungGenerationSizeMb: 16 },
    });
    // The process does not wait for its thread.
    worker.unref();
    worker.on("message", (message: unknown) => {
      // A gate may write to its parent as well.
      const { success, data } = threadMessageSchema.safeParse(message);
      if (success) this.#hear(worker, data);
    });
    worker.on("error", (error) => this.#lose(worker, error));
    worker.on("exit", () => this.#lose(worker, new Error("the thread ended")));
    return worker;
  }

  #hear(worker: Worker, message: ThreadMessage): void {
    if (worker !== this.#worker) return;
    if (message.kind === "ready") {
      this.#state = "idle";
      this.#failedStarts = 0;
      this.#next();
    } else if (message.kind === "later" || message.kind === "record") {
      void recordForThread(message, this.#options, (receipt) => {
        if (worker === this.#worker) worker.postMessage(receipt);
      });
    } else if (message.id === this.#id && this.#current !== undefined) {
      const { resolve, timer } = this.#current;
      this.#current = undefined;
      clearTimeout(timer);
      for (let count = 0; count < message.unknownEntries; count += 1) this.#options.counters.count("unknown_entry");
      this.#options.onTelemetry?.(message);
      resolve(new Response(message.body, { status: message.status, headers: message.headers }));
    }
  }

  /** The thread failed. A call that it was at has taken too much memory. A thread that cannot start gives all calls back. */
  #lose(worker: Worker, error: Error): void {
    if (worker !== this.#worker) return;
    this.#worker = undefined;
    const isOutOfMemory = "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY";
    this.#options.log.warn("the thread for large reviews ended", isOutOfMemory ? { code: error.code } : { error });
    const current = this.#current;
    const isStarting = this.#state === "starting";
    this.#current = undefined;
    this.#state = "starting";
    if (current !== undefined) {
      clearTimeout(current.timer);
      if (isOutOfMemory) current.resolve("too-costly");
      else this.#fail(current);
    } else if (isStarting) this.#giveBack(error);
    this.#next();
  }

  /** The thread cannot start. The process judges large reviews itself, at once and after some failures for good. */
  #giveBack(error: Error): void {
    this.#failedStarts += 1;
    if (this.#failedStarts === MAX_FAILED_STARTS)
      this.#options.log.error(
        "the gate cannot be loaded a second time, for large reviews: the main thread judges them, with pauses; its modules must have no effect when they are loaded",
        { error },
      );
    for (const { resolve, timer } of this.#waiting.splice(0)) {
      clearTimeout(timer);
      resolve("unavailable");
    }
  }

  /** The deadline of a call has passed. The thread may be close to its end, and another needs time to start. */
  #giveUp(call: Waiting): void {
    const index = this.#waiting.indexOf(call);
    if (index >= 0) this.#waiting.splice(index, 1);
    else {
      const late = setTimeout(() => {
        if (this.#current !== call) return;
        this.#current = undefined;
        this.#end();
        this.#next();
      }, this.#options.lateMs ?? LATE_MS);
      late.unref();
    }
    this.#fail(call);
  }

  #fail({ reject, timer }: Waiting): void {
    clearTimeout(timer);
    reject(new GateError("overloaded", "the large review was not judged in time; try again"));
  }

  #end(): void {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#state = "starting";
    clearTimeout(this.#idle);
    void worker?.terminate();
  }
}

/** Whether bytes are a part of a buffer that others may use. */
function isPooled(part: Uint8Array): boolean {
  return !(part instanceof Segment) && part.byteLength !== part.buffer.byteLength;
}
