import type { IncomingMessage } from "node:http";
import type { Http2ServerRequest } from "node:http2";

/** An object that is the same for all calls of a connection: the session over h2, else the socket. */
export function connectionOf(incoming: IncomingMessage | Http2ServerRequest): object {
  return "stream" in incoming ? (incoming.stream.session ?? incoming) : incoming.socket;
}
