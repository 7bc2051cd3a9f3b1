import type { IncomingMessage } from "node:http";
import type { Http2ServerRequest } from "node:http2";
import { countFailuresFromZero } from "../gate/answer/telemetry/countFailuresFromZero.ts";
import type { Gate } from "../gate/config/defineGate.ts";
import { createGate } from "../gate/createGate.ts";
import type { GateDependencies } from "../gate/GateDependencies.ts";
import { GateError } from "../gate/GateError.ts";
import { type GateLimits, limitsForMemory, limitsWithThread, type ProcessMemory } from "../gate/GateLimits.ts";
import { errorResponse } from "../gate/http/errorResponse.ts";
import { readChunks } from "../gate/http/readChunks.ts";
import { Counters } from "../telemetry/Counters.ts";
import { ClientAddresses, type ClientAddressesOptions } from "../telemetry/context/ClientAddresses.ts";
import { replayMetrics } from "../telemetry/metrics/RelayedMetrics.ts";
import type { Telemetry } from "../telemetry/Telemetry.ts";
import type { NodeCertificates } from "./certificate/NodeCertificates.ts";
import { type MemoryRatesOptions, memoryRates } from "./rates/memoryRates.ts";
import { readIncoming } from "./readIncoming.ts";
import { isServedHost } from "./servedHosts.ts";
import { JudgeThread } from "./thread/JudgeThread.ts";
import { judgeInThread } from "./thread/judgeInThread.ts";
import { threadTelemetry } from "./thread/threadTelemetry.ts";

/** What a {@link NodeGate} decides itself. */
type NotOfHost =
  | "limits"
  | "counters"
  | "readChunks"
  | "judgeApart"
  | "clients"
  | "clientCertificate"
  | "hasHost"
  | "rates";

type Incoming = IncomingMessage | Http2ServerRequest;

/** What a {@link NodeGate} needs. */
export interface NodeGateOptions extends Omit<GateDependencies, NotOfHost> {
  readonly memory: ProcessMemory;
  /** The script of this process, for a thread that judges large reviews; undefined for none. */
  readonly script: string | undefined;
  /** Default: nothing is traced or measured. */
  readonly telemetry?: Telemetry | undefined;
  /** The client certificates of connections, and the addresses of clients behind proxies. Default: no caller has a certificate. */
  readonly certificates?: Pick<NodeCertificates, "of" | "addressOf"> | undefined;
  /** The hosts of the gate; undefined where every host is taken as one. */
  readonly hosts?: ReadonlySet<string> | undefined;
  /** How many calls a cluster may make, and how many refused ones an address. Default: no limit. */
  readonly rates?: Pick<MemoryRatesOptions, "cluster" | "refused"> | undefined;
  /** How clients are named. Default: no line or span names them. */
  readonly addresses?: Pick<ClientAddressesOptions, "hash" | "isWritten"> | undefined;
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
  constructor(gate: Gate, { memory, script, telemetry, addresses, ...options }: NodeGateOptions) {
    const { certificates, hosts, rates, ...deps } = options;
    const ofIncoming = <T>(request: Request, read: (incoming: Incoming) => T): T | undefined => {
      const incoming = this.#incoming.get(request);
      return incoming === undefined ? undefined : read(incoming);
    };
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
    if (telemetry?.metrics !== undefined) countFailuresFromZero(gate, telemetry.metrics);
    this.#app = createGate(gate, {
      ...deps,
      clients:
        addresses === undefined
          ? undefined
          : // A proxy in front is the client of its connection. The header that it adds is named beside it.
            new ClientAddresses({ ...addresses, addressOf: (it) => this.#incoming.get(it)?.socket.remoteAddress }),
      clientCertificate:
        certificates === undefined ? undefined : (request) => ofIncoming(request, (it) => certificates.of(it)),
      ...(hosts === undefined ? {} : { hasHost: (request: Request) => isServedHost(hosts, request.url) }),
      rates:
        rates === undefined
          ? undefined
          : memoryRates({
              ...rates,
              monotonicMs: () => performance.now(),
              addressOf: (request) =>
                ofIncoming(request, (it) =>
                  certificates === undefined ? it.socket.remoteAddress : certificates.addressOf(it),
                ),
            }),
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
  static judgeForProcess(
    gate: Gate,
    { memory, script: _, rates: __, telemetry, ...deps }: NodeGateOptions,
  ): Promise<never> {
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
