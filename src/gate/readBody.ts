import { type Deadline, deadlinePassed } from "../policy/Deadline.ts";
import { PEEK_BYTES } from "../protocol/peekReview.ts";
import { GateError } from "./GateError.ts";

/** A request's body: whole, or the beginning of one that is over the limit. */
export type Body =
  | { readonly whole: true; readonly text: string }
  | { readonly whole: false; readonly beginning: string };

/**
 * Reads a body up to `limit` bytes. One that is longer is never held whole: its first {@link PEEK_BYTES} are kept, the
 * rest is read and thrown away up to the limit, for workerd resets a connection whose body nobody read, and the answer
 * would be lost with it. Throws a `body-timeout` when the body is not there by the deadline.
 */
export async function readBody(request: Request, limit: number, deadline: Deadline): Promise<Body> {
  const announced = contentLength(request);
  // The runtime holds a body to its announced length, so it can be read in one go.
  const reading = announced !== undefined && announced <= limit ? readText(request, limit) : readStream(request, limit);
  const body = await Promise.race([reading.catch(brokenOff), deadline.passed]);
  if (body !== deadlinePassed) return body;
  throw new GateError("body-timeout", "the body did not arrive within the call's timeout");
}

function brokenOff(cause: unknown): never {
  throw new GateError("incomplete-body", "the body broke off", { cause });
}

/** Reads and throws away a body, up to `limit` bytes, before an answer that does not depend on it. True when that was all of it. Never throws. */
export async function drainBody(request: Request, limit: number, deadline: Deadline): Promise<boolean> {
  if (request.bodyUsed || request.body === null) return true;
  try {
    const body = await Promise.race([readStream(request, limit), deadline.passed]);
    return body !== deadlinePassed && body.whole;
  } catch {
    // The caller went away; there is nobody left to answer.
    return false;
  }
}

/** How many bytes of a request's body may be held at one time: those announced, or the limit where none are; next to none of an oversized one. */
export function bodyAllowance(request: Request, limit: number): number {
  const announced = contentLength(request) ?? limit;
  return announced > limit ? PEEK_BYTES : announced;
}

function contentLength(request: Request): number | undefined {
  const header = request.headers.get("content-length");
  return header !== null && /^\d{1,15}$/.test(header) ? Number(header) : undefined;
}

async function readText(request: Request, limit: number): Promise<Body> {
  const text = await request.text();
  // Lambda hands over a body whose length nobody checked; a string has at most as many units as it had bytes.
  return text.length > limit ? { whole: false, beginning: text.slice(0, PEEK_BYTES) } : { whole: true, text };
}

async function readStream(request: Request, limit: number): Promise<Body> {
  if (request.body === null) return { whole: true, text: "" };
  const reader: ReadableStreamDefaultReader<Uint8Array> = request.body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  let over = (contentLength(request) ?? 0) > limit;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    bytes += value.byteLength;
    if (!over || text.length < PEEK_BYTES) text += decoder.decode(value, { stream: true });
    if (bytes <= limit) continue;
    over = true;
    text = text.slice(0, PEEK_BYTES);
    // Not cancelled: what to do with a body that goes on is the runtime's to decide (close, reset, h2 NO_ERROR).
    reader.releaseLock();
    break;
  }
  return over ? { whole: false, beginning: text.slice(0, PEEK_BYTES) } : { whole: true, text: text + decoder.decode() };
}
