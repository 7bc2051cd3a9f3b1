import { Agent, request } from "node:http";
import type { Duplex } from "node:stream";

/** An answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** What is posted, and how long it may take, in milliseconds. */
export interface Call {
  readonly host: string;
  readonly path: string;
  readonly body: string;
  readonly timeout: number;
}

/** Answers are small; a longer one is a fault. */
export const MOST_CHARACTERS = 65_536;

/** An agent over connections that somebody else opens. */
export function agentOver(open: () => Promise<Duplex>, keepAlive: boolean): Agent {
  // In turn, so that none is idle for long.
  const agent = new Agent({ keepAlive, scheduling: "fifo", maxSockets: 64 });
  agent.createConnection = (_options, done) => {
    open().then(
      (socket) => done?.(null, socket),
      // Types want a socket beside the error.
      (error: Error) => (done as ((error: Error) => void) | undefined)?.(error),
    );
    return undefined;
  };
  return agent;
}

/** Posts over http/1.1. What it meets is an error, also where a kept connection was closed meanwhile: nothing is sent twice. */
export function callHttp1(agent: Agent, { host, path, body, timeout }: Call): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request({
      agent,
      method: "POST",
      path,
      signal: AbortSignal.timeout(timeout),
      headers: { host, "content-type": "application/json", "content-length": Buffer.byteLength(body) },
    });
    call.once("response", (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => {
        text += part;
        if (text.length > MOST_CHARACTERS) call.destroy(new Error("the answer is too long"));
      });
      response.once("end", () => resolve({ status: response.statusCode ?? 0, text }));
      response.once("error", reject);
    });
    call.once("error", reject);
    call.end(body);
  });
}
