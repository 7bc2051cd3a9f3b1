/**
 * Reads the body of a request in chunks, as they arrive, until it ends or `onChunk` returns false. Resolves to whether it
 * ended. Rejects when the connection ends before the body.
 */
export type ReadChunks = (request: Request, onChunk: (chunk: Uint8Array) => boolean) => Promise<boolean>;

/** Reads by the stream of the request, which every runtime has. */
export const readChunks: ReadChunks = async (request, onChunk) => {
  if (request.bodyUsed || request.body === null) return true;
  const reader: ReadableStreamDefaultReader<Uint8Array> = request.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return true;
    if (!onChunk(value)) {
      // Not cancelled: the runtime decides what to do with a longer body (close, reset, HTTP/2 NO_ERROR).
      reader.releaseLock();
      return false;
    }
  }
};
