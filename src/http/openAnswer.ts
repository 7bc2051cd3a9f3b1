import { type IncomingMessage, request as requestHttp } from "node:http";
import { type RequestOptions, request as requestHttps } from "node:https";
import { HttpCallError } from "./HttpCallError.ts";

/** A request to send. */
export interface HttpRequest {
  /** http or https. */
  readonly url: URL;
  /** Method, headers, credentials, agent and TLS settings. */
  readonly options: RequestOptions;
  readonly body?: string | undefined;
}

/** How many interim answers (1xx) are read. A server sends one or two (RFC 9110, section 15.2). */
const MAX_INTERIM_ANSWERS = 16;

/**
 * Sends a request and resolves to the head of its answer. Rejects with {@link HttpCallError}, also for an answer that is no
 * answer to the request: 101, which was not asked for, interim answers without end, or a body in an encoding that was not
 * asked for. The abort of the signal closes the connection, and rejects with the signal's reason. No redirect is followed,
 * so no header reaches another host. Closing the answer (`destroy`) closes the connection.
 */
export function openAnswer({ url, options, body }: HttpRequest, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise<IncomingMessage>((resolve, reject) => {
    signal.throwIfAborted();
    const { protocol } = url;
    if (protocol !== "http:" && protocol !== "https:") throw new Error(`cannot be called by ${protocol}`);
    // Node sends no length for the body of a DELETE, and the server would then ignore the body.
    const length = body === undefined ? {} : { "content-length": Buffer.byteLength(body) };
    const headers = { "accept-encoding": "identity", ...options.headers, ...length };
    // A lenient parser (NODE_OPTIONS) would accept answers that others read in another way.
    const strict = { insecureHTTPParser: false };
    const request = (protocol === "https:" ? requestHttps : requestHttp)(url, { ...options, ...strict, headers });
    const fail = (reason: unknown): void => {
      signal.removeEventListener("abort", abort);
      reject(reason);
      request.destroy();
    };
    const abort = (): void => fail(signal.reason);
    const refuse = (what: string): void => fail(new HttpCallError(url.host, what));
    let interim = 0;
    signal.addEventListener("abort", abort, { once: true });
    // This listener stays: an error after the answer must not end the process.
    request.on("error", fail);
    request.once("close", () => fail(new Error("closed the connection before an answer")));
    const refuseSwitch = (): void => refuse("answers 101, a change of protocol that was not asked for");
    request.once("upgrade", (_, socket) => {
      socket.on("error", () => undefined).destroy();
      refuseSwitch();
    });
    request.on("information", () => {
      interim += 1;
      if (interim > MAX_INTERIM_ANSWERS) refuse(`sends more than ${MAX_INTERIM_ANSWERS} interim answers (1xx)`);
    });
    request.once("response", (answer) => {
      // An error after the body was read must not end the process.
      answer.on("error", () => undefined);
      answer.once("close", () => {
        signal.removeEventListener("abort", abort);
        // A server may answer before it has read the request, and never read the rest.
        request.destroy();
      });
      // Without the header `upgrade`, Node takes it for an answer.
      if (answer.statusCode === 101) return refuseSwitch();
      const encoding = answer.headers["content-encoding"]?.trim().toLowerCase() ?? "";
      if (encoding !== "" && encoding !== "identity")
        return refuse("answers with a content-encoding that was not asked for");
      resolve(answer);
    });
    request.end(body);
  }).catch((error: unknown): never => {
    if (error instanceof HttpCallError || (signal.aborted && error === signal.reason)) throw error;
    throw new HttpCallError(url.host, predicateOf(error), error);
  });
}

/** Node's code of the error. Its message can have a part of the answer. */
function predicateOf(error: unknown): string {
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
  if (code !== undefined) return `cannot be called: ${code}`;
  return error instanceof Error ? error.message : "cannot be called";
}
