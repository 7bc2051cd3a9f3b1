import * as z from "zod/mini";
import type { Decision } from "../../decision/decisionSchema.ts";
import type { RecordErrorCode } from "../../RecordError.ts";

/**
 * What the object reads of a decision. The gate made it, perhaps in another version: during a deployment the object and the
 * gate differ. So the object checks what it uses, and records the rest as it came.
 */
const decisionParts = z.looseObject({
  cluster: z.string(),
  request: z.looseObject({
    uid: z.string(),
    purpose: z.string(),
    entry: z.optional(z.string()),
    part: z.optional(z.string()),
    digest: z.string(),
  }),
  verdict: z.looseObject({
    allowed: z.boolean(),
    policies: z.array(z.looseObject({ policy: z.string(), mode: z.string(), result: z.string() })),
  }),
});

/** The body of a call that records decisions: `POST /commit` of the {@link RecordsObject} of their cluster. */
export const commitRequestSchema = z.object({
  cluster: z.string().check(z.minLength(1)),
  /** How long the caller waits, in milliseconds. */
  remainingMs: z.number().check(z.positive()),
  decisions: z.array(z.custom<Decision>((value) => z.safeParse(decisionParts, value).success)).check(z.minLength(1)),
});

/** See {@link commitRequestSchema}. */
export type CommitRequest = z.infer<typeof commitRequestSchema>;

const codes: readonly RecordErrorCode[] = [
  "store-unavailable",
  "queue-full",
  "too-late",
  "store-in-use",
  "store-conflict",
  "wrong-setting",
];

/** The answer: one receipt for each decision, in their order; or why there is none. */
export const commitAnswerSchema = z.union([
  z.object({ receipts: z.array(z.object({ leaf: z.string(), seq: z.int() })) }),
  z.object({ error: z.object({ code: z.enum(codes as RecordErrorCode[]), message: z.string() }) }),
]);

/** See {@link commitAnswerSchema}. */
export type CommitAnswer = z.infer<typeof commitAnswerSchema>;
