import type { IncomingMessage } from "node:http";
import type { Http2ServerRequest } from "node:http2";
import type { Gate } from "../gate/config/defineGate.ts";
import { createGate } from "../gate/createGate.ts";
import type { GateDependencies } from "../gate/GateDependencies.ts";
import { GateError } from "../gate/GateError.ts";
import { type GateLimits, limitsForMemory, limitsWithThread, type ProcessMemory } from "../gate/GateLimits.ts";
import { errorResponse } from "../gate/http/errorResponse.ts";
import { readChunks } from "../gate/http/readChunks.ts";
import { Counters } from "../telemetry/Counters.ts";
import { replayMetrics } from "../telemetry/metrics/RelayedMetrics.ts";
import type { Telemetry } from "../telemetry/Telemetry.ts";
import { readIncoming } from "./readIncoming.ts";
import { JudgeThread } from "./thread/JudgeThread.ts";
import { judgeInThread } from "./thread/judgeInThread.ts";
import { threadTelemetry } from "./thread/threadTelemetry.ts";

/** What a {@link NodeGate} needs. */
export interface NodeGateOptions extends Omit<GateDependencies, "limits" | "counters" | "readChunks" | "judgeApart"> {
  readonly memory: ProcessMemory;
  /** The script of this process, for a thread that judges large reviews; undefined for none. */
  readonly script: string | undefined;
  /** Default: nothing is traced or measured. */
  readonly telemetry?: Telemetry | undefined;
}

/** Connections and calls that may be open in {@link FOR_BYTES} of memory: together they take a quarter of it at most. */
const PLACES = 1_024;
const FOR_BYTES = 512 * 1024 * 1024;
const MAX_PLACES = 8_192;

/** The app of a gate in a Node process. Its limits follow from the memory, and large reviews are judged in a thread. */
export class NodeGate {
  readonly limits: GateLimits;
  /** The heap of the thread for large reviews, in bytes; undefined without one. */
  readonly threadHeapBytes: number | undefined;
  /** What callers may hold open: for 512 MiB of memory 1,024 connections, and 1,024 calls. */
  readonly connectionLimits: { readonly connections: number; readonly calls: number };
  readonly #thread: JudgeThread | undefined;
  readonly #app: ReturnType<typeof createGate>;
  readonly #incoming = new WeakMap<Request, IncomingMessage | Http2ServerRequest>();

  /** Throws {@link GateConfigError} for settings that cannot work. */
  constructor(gate: Gate, { memory, script, telemetry, ...deps }: NodeGateOptions) {
    const counters = new Counters();
    const withThread = script === undefined ? undefined : { script, ...limitsWithThread(memory) };
    this.limits = withThread?.limits ?? limitsForMemory(memory);
    this.threadHeapBytes = withThread?.threadHeapBytes;
    const places = Math.round((memory.totalBytes / FOR_BYTES) * PLACES);
    this.connectionLimits = {
      connections: Math.max(PLACES / 4, Math.min(places, MAX_PLACES)),
      calls: Math.max(PLACES, Math.min(places, MAX_PLACES)),
    };
    const thread =
      withThread === undefined
        ? undefined
        : new JudgeThread({
            script: withThread.script,
            args: process.argv.slice(2),
            heapBytes: withThread.threadHeapBytes,
            waitingBytes: this.limits.bodyBytes,
            certificateSerial: () => deps.certificateSerial?.(),
            records: deps.records,
            counters,
            log: deps.log,
            onTelemetry: ({ spans, measurements }) => {
              if (spans.length > 0) telemetry?.exportSpans?.(spans);
              if (telemetry?.metrics !== undefined) replayMetrics(measurements, telemetry.metrics);
            },
          });
    this.#thread = thread;
    if (thread !== undefined) telemetry?.metrics?.queue("thread", () => thread.calls);
    this.#app = createGate(gate, {
      ...deps,
      tracer: telemetry?.tracer,
      metrics: telemetry?.metrics,
      limits: this.limits,
      counters,
      ...(thread === undefined ? {} : { judgeApart: (call) => thread.judge(call) }),
      readChunks: (request, onChunk) => {
        const incoming = this.#incoming.get(request);
        return incoming === undefined ? readChunks(request, onChunk) : readIncoming(incoming, onChunk);
      },
    });
  }

  /** Judges large reviews for the process that started this thread. Never resolves. */
  static judgeForProcess(gate: Gate, { memory, script: _, telemetry, ...deps }: NodeGateOptions): Promise<never> {
    const { limits } = limitsWithThread(memory);
    const apart = { ...deps, limits: { ...limits, bytesInFlight: 2 * limits.callBytes }, isApart: true };
    return judgeInThread(gate, apart, threadTelemetry(telemetry));
  }

  /** Answers a request, which Node has as `incoming`. */
  fetch(request: Request, incoming: IncomingMessage | Http2ServerRequest): Response | Promise<Response> {
    const { url: target = "" } = incoming;
    // A gate has paths only, and no absolute targets. A path that was changed on its way into a Request is not one of a gate.
    if (!target.startsWith("/") || !request.url.endsWith(target))
      return errorResponse(new GateError("not-found", "there is nothing at this path"), true);
    this.#incoming.set(request, incoming);
    return this.#app.fetch(request);
  }

  /** Ends the thread. */
  stop(): void {
    this.#thread?.stop();
  }
}
