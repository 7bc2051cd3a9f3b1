import { Agent, request } from "node:http";
import type { Duplex } from "node:stream";

/** A complete answer. */
export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** A POST request with its time limit. */
export interface Call {
  readonly host: string;
  readonly path: string;
  readonly body: string;
  readonly timeoutMs: number;
}

/** Answers are small. A longer one is a failure. */
export const MAX_CHARACTERS = 65_536;

/** An agent for connections from `open`. */
export function agentOver(open: () => Promise<Duplex>, keepAlive: boolean): Agent {
  // Used in turn, so that no connection is idle for long.
  const agent = new Agent({ keepAlive, scheduling: "fifo", maxSockets: 64 });
  agent.createConnection = (_options, done) => {
    open().then(
      (socket) => done?.(null, socket),
      // The types demand a socket in addition to the error.
      (error: Error) => (done as ((error: Error) => void) | undefined)?.(error),
    );
    return undefined;
  };
  return agent;
}

/** Posts over http/1.1 without retries: also a kept connection that was closed in the meantime is an error. */
export function callHttp1(agent: Agent, { host, path, body, timeoutMs }: Call): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request({
      agent,
      method: "POST",
      path,
      signal: AbortSignal.timeout(timeoutMs),
      headers: { host, "content-type": "application/json", "content-length": Buffer.byteLength(body) },
    });
    call.once("response", (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => {
        text += part;
        if (text.length > MAX_CHARACTERS) call.destroy(new Error("the answer is too long"));
      });
      response.once("end", () => resolve({ status: response.statusCode ?? 0, text }));
      response.once("error", reject);
    });
    call.once("error", reject);
    call.end(body);
  });
}
