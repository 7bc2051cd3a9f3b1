import { RolloutCallError } from "./RolloutCallError.ts";

/** Two names of at most 253 characters, with room for blanks. */
const MAX_BYTES = 16 * 1024;
/** A body of this size takes milliseconds. */
const TIMEOUT_MS = 2_000;

/**
 * Reads the body of a call. Throws {@link RolloutCallError} `too-large` as soon as it has more than 16 KiB, and `bad-request`
 * when it has not arrived within 2 s or the connection ends.
 */
export async function readRolloutBody(request: Request, timeoutMs: number = TIMEOUT_MS): Promise<string> {
  if (Number(request.headers.get("content-length")) > MAX_BYTES) throw tooLarge();
  if (request.body === null) return "";
  const reader: ReadableStreamDefaultReader<Uint8Array> = request.body.getReader();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timedOut = new Promise<never>((_, reject) => {
    const error = new RolloutCallError("bad-request", `the body did not arrive within ${timeoutMs} ms`);
    timer = setTimeout(() => reject(error), timeoutMs);
  });
  try {
    return await Promise.race([readWhole(reader), timedOut]);
  } catch (error) {
    // Not awaited: it may wait for the client.
    reader.cancel().catch(() => {});
    if (error instanceof RolloutCallError) throw error;
    throw new RolloutCallError("bad-request", "the body ended before it was complete", error);
  } finally {
    clearTimeout(timer);
  }
}

async function readWhole(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for (let bytes = 0; ; ) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > MAX_BYTES) throw tooLarge();
    text += decoder.decode(value, { stream: true });
  }
}

function tooLarge(): RolloutCallError {
  return new RolloutCallError("too-large", `expected a body of at most ${MAX_BYTES} bytes`);
}
