import * as z from "zod";
import type { Identity } from "../../identity/Identity.ts";
import { decisionSchema } from "../../records/decision/decisionSchema.ts";
import type { RelayedMeasurement } from "../../telemetry/metrics/RelayedMetrics.ts";
import type { SpanData } from "../../telemetry/trace/SpanData.ts";
import type { TraceHeaders } from "../../telemetry/trace/traceHeaders.ts";

/** A call for the thread. */
export interface ThreadCall {
  readonly kind: "call";
  readonly id: number;
  readonly url: string;
  /** The bytes in order. */
  readonly body: readonly Uint8Array[];
  readonly bytes: number;
  /** The serial of the certificate that serves now. */
  readonly serial: string | undefined;
  /** The span of the call in the process; undefined where nothing is traced. */
  readonly trace: TraceHeaders | undefined;
  /** Who calls, as the process has identified it. */
  readonly identity: Identity;
}

/** The end of a `record` of the thread: the receipt, or why there is none. */
export interface ThreadReceipt {
  readonly kind: "receipt";
  readonly id: number;
  readonly receipt: { readonly leaf: string; readonly seq: number } | undefined;
}

/**
 * What the thread says: that it is ready for a call, the answer to a call, a decision to record now, or one to record later. The process
 * has the stores.
 */
export const threadMessageSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("ready") }),
  z.object({
    kind: z.literal("answer"),
    id: z.number(),
    status: z.number(),
    headers: z.array(z.tuple([z.string(), z.string()])),
    body: z.string(),
    unknownEntries: z.number(),
    spans: z.array(z.custom<SpanData>((it) => has(it, "traceId"))),
    measurements: z.array(z.custom<RelayedMeasurement>((it) => has(it, "method"))),
  }),
  z.object({ kind: z.literal("record"), id: z.number(), decision: decisionSchema }),
  z.object({ kind: z.literal("later"), decision: decisionSchema }),
]);

/** See {@link threadMessageSchema}. */
export type ThreadMessage = z.infer<typeof threadMessageSchema>;

/** What the thread hears: a call, or the receipt of a decision. */
export const threadCallSchema: z.ZodType<ThreadCall | ThreadReceipt> = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("receipt"),
    id: z.number(),
    receipt: z.union([z.object({ leaf: z.string(), seq: z.number() }), z.undefined()]),
  }),
  z.object({
    kind: z.literal("call"),
    id: z.number(),
    url: z.string(),
    body: z.array(z.instanceof(Uint8Array)),
    bytes: z.number(),
    serial: z.union([z.string(), z.undefined()]),
    trace: z.union([z.record(z.string(), z.string()), z.undefined()]),
    identity: z.custom<Identity>((it) => has(it, "tier")),
  }),
]);

/** The thread runs the same code, which made the value. */
function has(value: unknown, member: string): boolean {
  return typeof value === "object" && value !== null && member in value;
}
