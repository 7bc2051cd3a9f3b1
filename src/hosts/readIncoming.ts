import type { IncomingMessage } from "node:http";
import type { Http2ServerRequest } from "node:http2";
import type { OnChunk } from "../gate/http/readChunks.ts";

/**
 * Reads the body of a Node request in chunks, as they arrive, until it ends or `onChunk` returns false. Resolves to whether
 * it ended. Rejects when the connection ends before the body. A web stream costs several times as much, and
 * `request.text()` of the Hono adapter keeps all chunks as they are: a body in chunks of one byte takes 200 times its size.
 */
export function readIncoming(incoming: IncomingMessage | Http2ServerRequest, onChunk: OnChunk): Promise<boolean> {
  if (incoming.readableEnded) return Promise.resolve(true);
  return new Promise((resolve, reject) => {
    const settle = (end: () => void): void => {
      incoming.off("data", onData).off("end", onEnd).off("error", onError).off("close", onClose);
      // Also errors that come later must have a listener.
      incoming.on("error", ignore);
      end();
    };
    const onData = (chunk: Uint8Array): void => {
      // Node copies each chunk out of the connection.
      if (onChunk(chunk, "done")) return;
      incoming.pause();
      settle(() => resolve(false));
    };
    const onEnd = (): void => settle(() => resolve(true));
    const onError = (error: Error): void => settle(() => reject(error));
    const onClose = (): void =>
      settle(() => (incoming.readableEnded ? resolve(true) : reject(new Error("the connection was closed"))));
    incoming.on("data", onData).on("end", onEnd).on("error", onError).on("close", onClose);
    if (incoming.errored) onError(incoming.errored);
    else if (incoming.destroyed) onClose();
    else incoming.resume();
  });
}

function ignore(): void {}
