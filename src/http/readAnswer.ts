import type { IncomingMessage } from "node:http";
import { HttpCallError } from "./HttpCallError.ts";
import { type HttpRequest, openAnswer } from "./openAnswer.ts";

/** A whole answer. */
export interface WholeAnswer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  /** The body, as UTF-8. */
  readonly text: string;
}

/**
 * Sends a request and reads the whole answer, of at most `maxBytes`. The connection is closed when it settles. Rejects with
 * {@link HttpCallError}, or with the signal's reason.
 */
export async function readAnswer(request: HttpRequest, maxBytes: number, signal: AbortSignal): Promise<WholeAnswer> {
  const answer = await openAnswer(request, signal);
  const { host } = request.url;
  try {
    if (Number(answer.headers["content-length"]) > maxBytes) throw tooLong(host, maxBytes);
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of answer) {
      const part = Buffer.from(chunk);
      length += part.length;
      if (length > maxBytes) throw tooLong(host, maxBytes);
      chunks.push(part);
    }
    return {
      status: answer.statusCode ?? 0,
      headers: answer.headers,
      text: Buffer.concat(chunks).toString("utf8"),
    };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (error instanceof HttpCallError) throw error;
    const code = error instanceof Error && "code" in error ? String(error.code) : "the answer ends early";
    throw new HttpCallError(host, `cannot be called: ${code}`, error);
  } finally {
    answer.destroy();
  }
}

function tooLong(host: string, maxBytes: number): HttpCallError {
  return new HttpCallError(host, `answers more than ${maxBytes} bytes`);
}
