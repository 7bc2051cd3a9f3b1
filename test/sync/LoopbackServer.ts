import { createServer as createHttp, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { createServer as createHttps } from "node:https";
import type { AddressInfo } from "node:net";
import type { TestCa } from "../cluster/TestCa.ts";

/** An answer of a loopback server: status, body and headers, no answer, or half an answer. */
export type LoopbackAnswer =
  | { readonly status: number; readonly body?: string; readonly headers?: Readonly<Record<string, string>> }
  | "silent"
  | "cut";

/** A received request. */
export interface LoopbackCall {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** A server on a free port of the loopback address. The test sets its answers. */
export class LoopbackServer {
  readonly calls: LoopbackCall[] = [];
  answer: (call: LoopbackCall) => LoopbackAnswer = () => ({ status: 404 });
  readonly #server: Server;
  readonly #scheme: string;

  private constructor(scheme: string, make: (listener: RequestListener) => Server) {
    this.#scheme = scheme;
    this.#server = make(async (incoming, outgoing) => {
      const chunks: Buffer[] = [];
      try {
        for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
      } catch {
        // The client closed the connection.
        return;
      }
      const { method = "", url = "", headers } = incoming;
      const call = { method, url, headers, body: Buffer.concat(chunks).toString() };
      this.calls.push(call);
      const answer = this.answer(call);
      if (answer === "silent") return;
      if (answer === "cut") {
        outgoing.writeHead(200, { "content-length": "100" });
        outgoing.write("half", () => incoming.socket.destroy());
        return;
      }
      outgoing.writeHead(answer.status, answer.headers).end(answer.body);
    });
  }

  /** Starts a server. With a CA it serves HTTPS for 127.0.0.1. */
  static async start(ca?: TestCa): Promise<LoopbackServer> {
    const pair = await ca?.issue({ name: "loopback", hosts: ["127.0.0.1"] });
    const server =
      pair === undefined
        ? new LoopbackServer("http", (listener) => createHttp(listener))
        : new LoopbackServer("https", (listener) => createHttps(pair, listener));
    await new Promise<void>((resolve) => server.#server.listen(0, "127.0.0.1", resolve));
    return server;
  }

  get url(): string {
    return `${this.#scheme}://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
