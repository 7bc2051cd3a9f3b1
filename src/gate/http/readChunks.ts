/**
 * What the reader does with the buffer of a chunk: `done` with it, so that it may be kept or freed, or `reads` into it again,
 * so that what is kept must be copied. Default: the chunk may be kept, and others may be in its buffer.
 */
export type ChunkBuffer = "done" | "reads";

/** Takes a chunk. Returns whether more are wanted. */
export type OnChunk = (chunk: Uint8Array, buffer?: ChunkBuffer) => boolean;

/**
 * Reads the body of a request in chunks, as they arrive, until it ends or `onChunk` returns false. Resolves to whether it
 * ended. Rejects when the connection ends before the body.
 */
export type ReadChunks = (request: Request, onChunk: OnChunk) => Promise<boolean>;

/** What one step reads at most: little for a caller that sends nothing, and more once a step was full. */
const STEP_BYTES = { first: 4 * 1024, full: 64 * 1024 };

/** Reads by the stream of the request, which every runtime has. */
export const readChunks: ReadChunks = async (request, onChunk) => {
  const { body } = request;
  if (request.bodyUsed || body === null) return true;
  const steps = stepsOf(body);
  for (;;) {
    const { done, value } = await steps.read();
    if (done) return true;
    if (!onChunk(value, steps.buffer)) {
      // Not cancelled: the runtime decides what to do with a longer body (close, reset, HTTP/2 NO_ERROR).
      steps.reader.releaseLock();
      return false;
    }
  }
};

/** Reads into one buffer again and again, where the stream can: a buffer for each step is garbage. */
function stepsOf(body: ReadableStream<Uint8Array>) {
  let reader: ReadableStreamBYOBReader;
  try {
    reader = body.getReader({ mode: "byob" });
  } catch {
    // Not every stream fills a buffer of its reader.
    const plain = body.getReader();
    return { read: () => plain.read(), reader: plain };
  }
  let buffer = new ArrayBuffer(STEP_BYTES.first);
  return {
    async read() {
      const result = await reader.read(new Uint8Array(buffer));
      const { value } = result;
      if (value !== undefined)
        buffer = value.byteLength === STEP_BYTES.first ? new ArrayBuffer(STEP_BYTES.full) : value.buffer;
      return result;
    },
    reader,
    buffer: "reads" as const,
  };
}
