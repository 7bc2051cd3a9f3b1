import * as z from "zod";

/** A call for the thread. */
export interface ThreadCall {
  readonly id: number;
  readonly url: string;
  /** The bytes in order. */
  readonly body: readonly Uint8Array[];
  readonly bytes: number;
  /** The serial of the certificate that serves now. */
  readonly serial: string | undefined;
}

/** What the thread says: that it is ready, or the answer to a call. */
export const threadMessageSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("ready") }),
  z.object({
    kind: z.literal("answer"),
    id: z.number(),
    status: z.number(),
    headers: z.array(z.tuple([z.string(), z.string()])),
    body: z.string(),
    unknownEntries: z.number(),
  }),
]);

/** See {@link threadMessageSchema}. */
export type ThreadMessage = z.infer<typeof threadMessageSchema>;

/** A call, as the thread gets it. */
export const threadCallSchema: z.ZodType<ThreadCall> = z.object({
  id: z.number(),
  url: z.string(),
  body: z.array(z.instanceof(Uint8Array)),
  bytes: z.number(),
  serial: z.union([z.string(), z.undefined()]),
});
