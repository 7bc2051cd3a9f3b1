import type { Deadline } from "../../policy/run/Deadline.ts";
import { PEEK_BYTES } from "../../protocol/review/peekReview.ts";
import { GateError } from "../GateError.ts";
import { freeChunk } from "./BodyBuffer.ts";
import type { BodyIntake } from "./BodyIntake.ts";
import { BodyPace } from "./BodyPace.ts";
import { type Body, CompleteBody, KeptBody } from "./KeptBody.ts";
import { type ReadChunks, readChunks } from "./readChunks.ts";

/** How bodies are read. */
export interface BodyReading {
  /** The longest body that is kept, in bytes. */
  readonly limit: number;
  readonly intake: BodyIntake;
  /** Default: the runtime reads short bodies in one step, and others by their stream. */
  readonly read?: ReadChunks | undefined;
}

/**
 * More than an API server sends: two objects of 2 MiB (etcd's limit), with every character escaped six-fold, make 24 MiB.
 * The gate reads and discards up to this many bytes. A runtime resets a connection with an unread body, and the answer is
 * lost with it.
 */
const MAX_DRAIN_BYTES = 32 * 1024 * 1024;
/** A body up to this length may be read by the runtime in one step. */
const MAX_TEXT_BYTES = 128 * 1024;

/**
 * Reads a body. A body over the limit is never held whole: its beginning is kept and the rest is discarded as it arrives.
 * Throws {@link GateError}:
 *
 * | code | when |
 * |---|---|
 * | `body-timeout` | the body arrives too slowly, see {@link BodyPace}, or is not complete at the deadline |
 * | `overloaded` | it made room for bodies that arrive faster, see {@link BodyIntake} |
 * | `incomplete-body` | the connection ended before |
 */
export async function readBody(request: Request, reading: BodyReading, deadline: Deadline): Promise<Body> {
  const { limit, intake, read } = reading;
  const announced = announcedLength(request);
  let evict: (() => void) | undefined;
  let kept: KeptBody | undefined;
  let eviction: GateError | undefined;
  const evicted = new Promise<never>((_, reject) => {
    evict = () => {
      eviction = new GateError("overloaded", "too many bodies arrive at one time; try again", { body: "cut" });
      reject(eviction);
      kept?.drop();
    };
  });
  const place = intake.enter(() => evict?.());
  kept = new KeptBody(place, announced, limit);
  const inOneStep = read === undefined && announced !== undefined && announced <= Math.min(MAX_TEXT_BYTES, limit);
  const pace = new BodyPace(deadline, inOneStep ? announced : 0);
  try {
    if (inOneStep) place.grow(announced);
    const body = inOneStep ? readText(request, announced, limit) : readKept(request, kept, pace, read);
    const result = await Promise.race([body, pace.failed, evicted]);
    // Another call evicts. Workers give its rejection to this call later than the end of the body, which is empty by then.
    if (eviction !== undefined) throw eviction;
    return result;
  } catch (cause) {
    if (cause instanceof GateError) throw cause;
    throw new GateError("incomplete-body", "the body ended before it was complete", { cause });
  } finally {
    pace.stop();
    kept.drop();
  }
}

/** Reads and discards a body before an answer that does not depend on it. True when the body ended. Never throws. */
export async function drainBody(request: Request, deadline: Deadline, read = readChunks): Promise<boolean> {
  const pace = new BodyPace(deadline);
  let bytes = 0;
  let isLate = false;
  const late = pace.failed.catch(() => {
    isLate = true;
    return false;
  });
  try {
    const reading = read(request, (chunk, buffer) => {
      bytes += chunk.byteLength;
      pace.count(chunk.byteLength);
      freeChunk(chunk, buffer);
      return !isLate && bytes <= MAX_DRAIN_BYTES;
    });
    return await Promise.race([reading, late]);
  } catch {
    // The caller closed the connection; no answer can reach it.
    return false;
  } finally {
    pace.stop();
  }
}

/** The `Content-Length` of a request in bytes; undefined without a valid one. */
export function announcedLength(request: Request): number | undefined {
  const header = request.headers.get("content-length");
  return header !== null && /^\d{1,15}$/.test(header) ? Number(header) : undefined;
}

async function readText(request: Request, announced: number, limit: number): Promise<Body> {
  const text = await request.text();
  // On Lambda nothing has checked the length. A string has at most as many code units as the body had bytes.
  if (text.length > limit) return { whole: false, beginning: text.slice(0, PEEK_BYTES), over: "bodyBytes" };
  return new CompleteBody(text, Math.max(announced, text.length));
}

async function readKept(request: Request, kept: KeptBody, pace: BodyPace, read = readChunks): Promise<Body> {
  let bytes = 0;
  await read(request, (chunk, buffer) => {
    bytes += chunk.byteLength;
    pace.count(chunk.byteLength);
    return kept.add(chunk, buffer) && bytes <= MAX_DRAIN_BYTES;
  });
  return kept.body();
}
