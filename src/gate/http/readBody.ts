import { type Deadline, deadlinePassed } from "../../policy/run/Deadline.ts";
import { PEEK_BYTES } from "../../protocol/review/peekReview.ts";
import { GateError } from "../GateError.ts";

/** A request's body: whole, or the beginning of one that is over the limit. */
export type Body =
  | { readonly whole: true; readonly text: string }
  | { readonly whole: false; readonly beginning: string };

/**
 * No API server sends more: two objects of etcd's 2 MiB, with every character escaped six-fold, make 24 MiB. What comes
 * up to here is read, though not kept, for a runtime resets a connection whose body nobody read, and the answer with it.
 */
const DRAIN_BYTES = 32 * 1024 * 1024;

/** A body's announced length in bytes; undefined where none is announced. */
export function announcedLength(request: Request): number | undefined {
  const header = request.headers.get("content-length");
  return header !== null && /^\d{1,15}$/.test(header) ? Number(header) : undefined;
}

/** How many bytes of a body may be held at one time: those announced, or the limit where none are; next to none of an oversized one. */
export function bodyAllowance(announced: number | undefined, limit: number): number {
  const bytes = announced ?? limit;
  return bytes > limit ? PEEK_BYTES : bytes;
}

/**
 * Reads a body. One over `limit` bytes is never held whole: its first {@link PEEK_BYTES} are kept and the rest is
 * thrown away as it comes. Throws a `body-timeout` when the body is not there by the deadline.
 */
export async function readBody(
  request: Request,
  announced: number | undefined,
  limit: number,
  deadline: Deadline,
): Promise<Body> {
  // The runtime holds a body to its announced length, so it can be read in one go.
  const reading = announced !== undefined && announced <= limit ? readText(request, limit) : readKept(request, limit);
  let body: Body | typeof deadlinePassed;
  try {
    body = await Promise.race([reading, deadline.passed]);
  } catch (cause) {
    throw new GateError("incomplete-body", "the body broke off", { cause });
  }
  if (body !== deadlinePassed) return body;
  throw new GateError("body-timeout", "the body did not arrive within the call's timeout");
}

/** Reads and throws away a body before an answer that does not depend on it. True when that was all of it. Never throws. */
export async function drainBody(request: Request, deadline: Deadline): Promise<boolean> {
  if (request.bodyUsed || request.body === null) return true;
  try {
    const read = await Promise.race([readStream(request, 0), deadline.passed]);
    return read !== deadlinePassed && read.ended;
  } catch {
    // The caller went away; there is nobody left to answer.
    return false;
  }
}

async function readText(request: Request, limit: number): Promise<Body> {
  const text = await request.text();
  // Lambda hands over a body whose length nobody checked; a string has at most as many units as it had bytes.
  return text.length > limit ? { whole: false, beginning: text.slice(0, PEEK_BYTES) } : { whole: true, text };
}

async function readKept(request: Request, limit: number): Promise<Body> {
  const { text, bytes } = await readStream(request, limit);
  return bytes > limit ? { whole: false, beginning: text } : { whole: true, text };
}

/** Reads up to {@link DRAIN_BYTES}. `text` is whole when there were at most `keep` bytes, else it is the beginning. */
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
    if (bytes > DRAIN_BYTES) {
      // Not cancelled: what to do with a body that goes on is the runtime's to decide (close, reset, h2 NO_ERROR).
      reader.releaseLock();
      return { text, bytes, ended: false };
    }
  }
}
