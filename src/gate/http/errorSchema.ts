import * as z from "zod/mini";

/** The one shape of every error that the gate answers. */
export const errorSchema = z.object({
  error: z.object({ code: z.string(), message: z.string(), path: z.optional(z.string()) }),
});
