import { type Deadline, deadlinePassed } from "../../policy/run/Deadline.ts";
import { PEEK_BYTES } from "../../protocol/review/peekReview.ts";
import { GateError } from "../GateError.ts";

/** The body of a request: whole, or the beginning of a body that is over the limit. */
export type Body =
  | { readonly whole: true; readonly text: string }
  | { readonly whole: false; readonly beginning: string };

/**
 * More than an API server sends: two objects of 2 MiB (etcd's limit), with every character escaped six-fold, make 24 MiB.
 * The gate reads and discards up to this many bytes. A runtime resets a connection with an unread body, and the answer is
 * lost with it.
 */
const MAX_DRAIN_BYTES = 32 * 1024 * 1024;

/** The `Content-Length` of a request in bytes; undefined without a valid one. */
export function announcedLength(request: Request): number | undefined {
  const header = request.headers.get("content-length");
  return header !== null && /^\d{1,15}$/.test(header) ? Number(header) : undefined;
}

/** How many bytes of a body the gate may hold: the announced length, or the limit without one. Of an oversized body it holds only {@link PEEK_BYTES}. */
export function bodyAllowance(announced: number | undefined, limit: number): number {
  const bytes = announced ?? limit;
  return bytes > limit ? PEEK_BYTES : bytes;
}

/**
 * Reads a body. A body over `limit` bytes is never held whole: its first {@link PEEK_BYTES} are kept and the rest is
 * discarded as it arrives. Throws {@link GateError} `body-timeout` when the body has not arrived by the deadline, and
 * `incomplete-body` when the connection ends before.
 */
export async function readBody(
  request: Request,
  announced: number | undefined,
  limit: number,
  deadline: Deadline,
): Promise<Body> {
  // The runtime enforces the announced length, so this body can be read at once.
  const reading = announced !== undefined && announced <= limit ? readText(request, limit) : readKept(request, limit);
  let body: Body | typeof deadlinePassed;
  try {
    body = await Promise.race([reading, deadline.passed]);
  } catch (cause) {
    throw new GateError("incomplete-body", "the body ended before it was complete", { cause });
  }
  if (body !== deadlinePassed) return body;
  throw new GateError("body-timeout", "the body did not arrive within the call's timeout");
}

/** Reads and discards a body before an answer that does not depend on it. True when the body ended. Never throws. */
export async function drainBody(request: Request, deadline: Deadline): Promise<boolean> {
  if (request.bodyUsed || request.body === null) return true;
  try {
    const read = await Promise.race([readStream(request, 0), deadline.passed]);
    return read !== deadlinePassed && read.ended;
  } catch {
    // The caller closed the connection; no answer can reach it.
    return false;
  }
}

async function readText(request: Request, limit: number): Promise<Body> {
  const text = await request.text();
  // On Lambda nothing has checked the length. A string has at most as many code units as the body had bytes.
  return text.length > limit ? { whole: false, beginning: text.slice(0, PEEK_BYTES) } : { whole: true, text };
}

async function readKept(request: Request, limit: number): Promise<Body> {
  const { text, bytes } = await readStream(request, limit);
  return bytes > limit ? { whole: false, beginning: text } : { whole: true, text };
}

/** Reads up to {@link MAX_DRAIN_BYTES}. `text` is the whole body when it has at most `keep` bytes, else its beginning. */
async function readStream(request: Request, keep: number): Promise<{ text: string; bytes: number; ended: boolean }> {
  if (request.body === null) return { text: "", bytes: 0, ended: true };
  const reader: ReadableStreamDefaultReader<Uint8Array> = request.body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return { text: text + decoder.decode(), bytes, ended: true };
    bytes += value.byteLength;
    if (bytes <= keep || text.length < PEEK_BYTES) text += decoder.decode(value, { stream: true });
    if (bytes > keep) text = text.slice(0, PEEK_BYTES);
    if (bytes > MAX_DRAIN_BYTES) {
      // Not cancelled: the runtime decides what to do with a longer body (close, reset, HTTP/2 NO_ERROR).
      reader.releaseLock();
      return { text, bytes, ended: false };
    }
  }
}
