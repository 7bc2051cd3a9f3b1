import { type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { HttpCallError } from "./HttpCallError.ts";

/** One call to a server that is not an API server. */
export interface HttpCall {
  readonly url: string;
  /** Default: GET. */
  readonly method?: "GET" | "POST" | "PUT";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** For all of it. In milliseconds. */
  readonly timeout: number;
  /** More of an answer is refused. In bytes. */
  readonly bytes: number;
  /**
   * Whose word counts: `undefined` for the public CAs that Node has, PEM for others, `false` where what is asked for is
   * signed itself and the connection proves nothing.
   */
  readonly ca?: string | false;
}

/** What came back, redirects included: none is followed. */
export interface HttpAnswer {
  readonly status: number;
  /** Of several, the first. */
  readonly header: (name: string) => string | undefined;
  readonly text: string;
}

/** Makes a call. Rejects with {@link HttpCallError}, which names the host and never the path or a header. */
export type CallHttp = (call: HttpCall) => Promise<HttpAnswer>;

/** ACME has to be told who asks (RFC 8555, section 6.1). */
const AGENT = { "user-agent": "postern" };

/** {@link CallHttp} of Node's own: a connection for each call, closed behind it. */
export const callHttp: CallHttp = ({ url, method = "GET", headers = {}, body, timeout, bytes, ca }) => {
  const parsed = new URL(url);
  const signal = AbortSignal.timeout(timeout);
  return new Promise<HttpAnswer>((resolve, reject) => {
    const fail = (why: string, cause?: unknown): void => reject(new HttpCallError(`${parsed.host} ${why}`, cause));
    const trust = ca === undefined ? {} : ca === false ? { rejectUnauthorized: false } : { ca };
    const options = { method, headers: { ...AGENT, ...headers }, signal, agent: false, ...trust };
    const answered = (answer: IncomingMessage): void => {
      readText(answer, bytes).then(
        (text) => {
          const header = (name: string): string | undefined => [answer.headers[name]].flat()[0];
          resolve({ status: answer.statusCode ?? 0, header, text });
        },
        (error: unknown) => fail(faultOf(error, signal, timeout), error),
      );
    };
    const sent =
      parsed.protocol === "https:" ? requestHttps(parsed, options, answered) : requestHttp(parsed, options, answered);
    sent.once("error", (error) => fail(faultOf(error, signal, timeout), error));
    sent.end(body);
  });
};

async function readText(answer: IncomingMessage, bytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer) {
    const part = Buffer.from(chunk);
    length += part.length;
    if (length > bytes) throw new Error(`answers more than ${bytes} bytes`);
    chunks.push(part);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function faultOf(error: unknown, { aborted }: AbortSignal, timeout: number): string {
  if (aborted) return `did not answer within ${timeout} ms`;
  const code = error instanceof Error && "code" in error ? String(error.code) : undefined;
  if (code !== undefined) return `cannot be asked: ${code}`;
  return error instanceof Error ? error.message : "cannot be asked";
}
