import { HttpCallError } from "./HttpCallError.ts";
import { readAnswer } from "./readAnswer.ts";
import { TimeLimitError } from "./TimeLimitError.ts";
import { withTimeLimit } from "./withTimeLimit.ts";

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

/**
 * A {@link CallHttp} that uses Node's own HTTP client. Each call opens a connection and closes it. It settles within its time
 * limit, whatever the server does.
 */
export const callHttp: CallHttp = async ({ url, method = "GET", headers, body, timeoutMs, maxBytes, ca }) => {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined) throw new HttpCallError("the server", "cannot be called: its URL is not valid");
  const trust = ca === undefined ? {} : ca === false ? { rejectUnauthorized: false } : { ca };
  const options = { method, headers: { ...AGENT, ...headers }, agent: false, ...trust };
  try {
    const answer = await withTimeLimit(timeoutMs, (signal) =>
      readAnswer({ url: parsed, options, body }, maxBytes, signal),
    );
    const header = (name: string): string | undefined => [answer.headers[name]].flat()[0];
    return { status: answer.status, header, text: answer.text };
  } catch (error) {
    if (error instanceof TimeLimitError)
      throw new HttpCallError(parsed.host, `did not answer within ${error.limitMs} ms`, error);
    throw error;
  }
};
