import { type ClientHttp2Session, constants } from "node:http2";
import { type Answer, type Call, MAX_CHARACTERS } from "./callHttp1.ts";

/** The server has not processed the call, so that it may be retried (RFC 9113 8.7). */
export class NotProcessedError extends Error {
  readonly code = "not-processed";
}

const UNSENT = ["ERR_HTTP2_GOAWAY_SESSION", "ERR_HTTP2_INVALID_SESSION"];

/** Posts over h2. Rejects with {@link NotProcessedError} when the session accepted no further call. */
export function callHttp2(session: ClientHttp2Session, { host, path, body, timeoutMs }: Call): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      const code = error instanceof Error && "code" in error ? String(error.code) : "";
      reject(UNSENT.includes(code) ? new NotProcessedError(code, { cause: error }) : error);
    };
    try {
      const stream = session.request(
        {
          ":method": "POST",
          ":path": path,
          ":authority": host,
          "content-type": "application/json",
          "content-length": Buffer.byteLength(body),
        },
        { signal: AbortSignal.timeout(timeoutMs) },
      );
      let status = 0;
      let text = "";
      stream.once("response", (headers) => {
        status = headers[":status"] ?? 0;
      });
      stream.setEncoding("utf8").on("data", (part: string) => {
        text += part;
        if (text.length > MAX_CHARACTERS) stream.destroy(new Error("the answer is too long"));
      });
      stream.once("end", () => {
        if (status !== 0) resolve({ status, text });
      });
      stream.once("error", (error) =>
        stream.rstCode === constants.NGHTTP2_REFUSED_STREAM
          ? reject(new NotProcessedError("refused", { cause: error }))
          : fail(error),
      );
      stream.once("close", () => reject(new Error(`the stream was closed (${stream.rstCode})`)));
      stream.end(body);
    } catch (error) {
      fail(error);
    }
  });
}
