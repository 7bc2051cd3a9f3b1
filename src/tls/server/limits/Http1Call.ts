import type { IncomingMessage, ServerResponse } from "node:http";
import { type GuardedCall, isProof, REFUSAL } from "./GuardedCall.ts";

const REFUSAL_TEXT = [
  `HTTP/1.1 ${REFUSAL.status} Service Unavailable`,
  ...Object.entries({ ...REFUSAL.headers, connection: "close", "content-length": "0" }).map((it) => it.join(": ")),
  "\r\n",
].join("\r\n");

/** A call over http/1.1. */
export class Http1Call implements GuardedCall {
  readonly startedAt = performance.now();
  answeredAt: number | undefined;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.#request = request;
    this.#response = response;
  }

  get isReceived(): boolean {
    return this.#request.complete;
  }

  get isProof(): boolean {
    return isProof(this.#request.method, this.#response.statusCode) && this.#response.writableFinished;
  }

  get unreadBytes(): number {
    // Once the answer is written, its bytes wait in the socket.
    return this.#response.writableFinished ? 0 : this.#response.writableLength + this.#request.socket.writableLength;
  }

  end(): void {
    const { socket } = this.#request;
    if (this.#response.headersSent) {
      socket.destroy();
      return;
    }
    // Not by the response: the handler may still write to it, which has no effect after the end of the socket.
    socket.write(REFUSAL_TEXT);
    socket.destroySoon();
  }
}
