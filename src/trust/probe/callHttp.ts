import { type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { HttpCallError } from "./HttpCallError.ts";

/** One HTTP call to a server other than an API server. */
export interface HttpCall {
  readonly url: string;
  /** Default: GET. */
  readonly method?: "GET" | "POST" | "PUT";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The time limit of the whole call. */
  readonly timeoutMs: number;
  /** The longest response body. A longer one is an error. */
  readonly maxBytes: number;
  /**
   * The trusted roots, in PEM. Default: the public CAs that come with Node. `false` verifies nothing: for responses
   * that are signed themselves, or that nothing depends on.
   */
  readonly ca?: string | false;
}

/** The response. Redirects are returned, not followed. */
export interface HttpAnswer {
  readonly status: number;
  /** The value of a response header; the first one if there are several. */
  readonly header: (name: string) => string | undefined;
  readonly text: string;
}

/** Makes a call. Rejects with {@link HttpCallError}, which names the host and never the path or a header. */
export type CallHttp = (call: HttpCall) => Promise<HttpAnswer>;

/** ACME requires a user agent (RFC 8555, section 6.1). */
const AGENT = { "user-agent": "postern" };

/** A {@link CallHttp} that uses Node's own HTTP client. Each call opens a connection and closes it. */
export const callHttp: CallHttp = ({ url, method = "GET", headers = {}, body, timeoutMs, maxBytes, ca }) => {
  const parsed = new URL(url);
  const signal = AbortSignal.timeout(timeoutMs);
  return new Promise<HttpAnswer>((resolve, reject) => {
    const fail = (error: unknown): void =>
      reject(new HttpCallError(`${parsed.host} ${describeError(error, signal, timeoutMs)}`, error));
    const trust = ca === undefined ? {} : ca === false ? { rejectUnauthorized: false } : { ca };
    const options = { method, headers: { ...AGENT, ...headers }, signal, agent: false, ...trust };
    const onResponse = (response: IncomingMessage): void => {
      readText(response, maxBytes).then((text) => {
        const header = (name: string): string | undefined => [response.headers[name]].flat()[0];
        resolve({ status: response.statusCode ?? 0, header, text });
      }, fail);
    };
    const request =
      parsed.protocol === "https:"
        ? requestHttps(parsed, options, onResponse)
        : requestHttp(parsed, options, onResponse);
    request.once("error", fail);
    request.end(body);
  });
};

async function readText(response: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response) {
    const part = Buffer.from(chunk);
    length += part.length;
    if (length > maxBytes) throw new Error(`answers more than ${maxBytes} bytes`);
    chunks.push(part);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** The predicate of a sentence whose subject is the host. */
function describeError(error: unknown, { aborted }: AbortSignal, timeoutMs: number): string {
  if (aborted) return `did not answer within ${timeoutMs} ms`;
  const code = error instanceof Error && "code" in error ? String(error.code) : undefined;
  if (code !== undefined) return `cannot be called: ${code}`;
  return error instanceof Error ? error.message : "cannot be called";
}
