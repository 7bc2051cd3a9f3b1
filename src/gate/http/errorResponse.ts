import * as z from "zod/mini";
import type { GateError } from "../GateError.ts";
import { httpStatus } from "./httpStatus.ts";

/** The one shape of every error that the gate answers. */
export const errorSchema = z.object({
  error: z.object({ code: z.string(), message: z.string(), path: z.optional(z.string()) }),
});

/** Whole seconds after which the API server may try again; its timeout is at most 30. */
const RETRY_AFTER = "1";

/** Writes an error as HTTP: status, the JSON shape, and the headers that belong to it. `bodyLeft`: the caller is still sending. */
export function errorResponse(error: GateError, bodyLeft: boolean): Response {
  const body: z.infer<typeof errorSchema> = {
    error: { code: error.code, message: error.message, ...(error.path === undefined ? {} : { path: error.path }) },
  };
  const status = httpStatus(error.code);
  const headers = new Headers({ "content-type": "application/json", "cache-control": "no-store" });
  if (error.allow !== undefined) headers.set("allow", error.allow);
  if (status === 503) headers.set("retry-after", RETRY_AFTER);
  // The connection cannot carry another call once the rest of a body is left unread on it.
  if (bodyLeft) headers.set("connection", "close");
  return new Response(JSON.stringify(body), { status, headers });
}
