import * as z from "zod";
import { type Decision, decisionSchema } from "../../records/decision/decisionSchema.ts";
import type { RecordErrorCode } from "../../records/RecordError.ts";

/** What the thread for records hears: a decision. */
export interface RecordRequest {
  readonly id: number;
  readonly decision: Decision;
}

const CODES = [
  "store-unavailable",
  "queue-full",
  "too-late",
  "store-in-use",
  "store-conflict",
  "wrong-setting",
] as const;
const code = z.enum(CODES satisfies readonly RecordErrorCode[]);

/** What the thread for records says. */
export const recordMessageSchema = z.discriminatedUnion("kind", [
  /** It has the store open, or tries again at each commit. */
  z.object({ kind: z.literal("open") }),
  /** It cannot start. */
  z.object({ kind: z.literal("unusable"), code, message: z.string() }),
  z.object({ kind: z.literal("receipt"), id: z.number(), leaf: z.string(), seq: z.number() }),
  z.object({ kind: z.literal("failed"), id: z.number(), code, message: z.string() }),
]);

/** See {@link recordMessageSchema}. */
export type RecordMessage = z.infer<typeof recordMessageSchema>;

/** What each request has, whatever its decision is. */
export const requestIdSchema = z.object({ id: z.number() });

/** A request, as the thread gets it. */
export const recordRequestSchema: z.ZodType<RecordRequest> = z.object({ id: z.number(), decision: decisionSchema });
