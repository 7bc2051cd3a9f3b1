import { constants, type ServerHttp2Stream } from "node:http2";
import { type GuardedCall, isProof, REFUSAL } from "./GuardedCall.ts";

/** A call over h2: one stream. */
export class Http2Call implements GuardedCall {
  readonly startedAt = performance.now();
  answeredAt: number | undefined;
  readonly #stream: ServerHttp2Stream;
  readonly #method: string | undefined;

  constructor(stream: ServerHttp2Stream, method: string | undefined) {
    this.#stream = stream;
    this.#method = method;
  }

  get isReceived(): boolean {
    if (this.#stream.readableEnded || this.#stream.endAfterHeaders) return true;
    // A handler may not have read the end of the body yet.
    const { state } = this.#stream.state;
    return state !== constants.NGHTTP2_STREAM_STATE_OPEN && state !== constants.NGHTTP2_STREAM_STATE_HALF_CLOSED_LOCAL;
  }

  get isProof(): boolean {
    return isProof(this.#method, Number(this.#stream.sentHeaders?.[":status"])) && this.#stream.writableFinished;
  }

  get unreadBytes(): number {
    return this.#stream.writableFinished ? 0 : this.#stream.writableLength;
  }

  end(): void {
    const stream = this.#stream;
    if (stream.closed || stream.destroyed) return;
    if (stream.headersSent) {
      stream.close(constants.NGHTTP2_CANCEL);
      return;
    }
    stream.respond({ ":status": REFUSAL.status, ...REFUSAL.headers }, { endStream: true });
    // RFC 9113 8.1: after a complete answer, NO_ERROR asks the client to stop sending. Node sends it after the answer. It does
    // not send it for a stream that is destroyed.
    stream.close(constants.NGHTTP2_NO_ERROR);
  }
}
