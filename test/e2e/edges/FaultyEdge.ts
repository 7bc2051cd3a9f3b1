import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, request, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { TestCa } from "../../cluster/TestCa.ts";
import type { GateServer } from "./GateServer.ts";

/** What the edge does to a call or to its answer. */
export type EdgeFault =
  | { readonly kind: "none" }
  /** Accepts the call and never answers. */
  | { readonly kind: "hangs" }
  /** Answers the next `times` calls with 503 and `Retry-After: 1`. */
  | { readonly kind: "busy"; times: number }
  /** Hands the next `times` calls to the gate, loses the answers, and answers 503 and `Retry-After: 1`. */
  | { readonly kind: "loses"; times: number }
  /** Changes the answer of the gate. */
  | { readonly kind: "answers"; readonly change: (answer: string) => string };

/** An edge in front of a real gate. It simulates the failures of edges. */
export class FaultyEdge {
  fault: EdgeFault = { kind: "none" };
  /** Number of received calls. */
  calls = 0;
  readonly ca: string;
  readonly #gate: GateServer;
  readonly #server: Server;

  private constructor(gate: GateServer, ca: string, server: Server) {
    this.#gate = gate;
    this.ca = ca;
    this.#server = server;
    server.on("request", (incoming, response) => {
      this.#pass(incoming, response).catch(() => response.writeHead(502).end());
    });
  }

  static async start(gate: GateServer): Promise<FaultyEdge> {
    const ca = await TestCa.create("faulty edge");
    const server = createServer(await ca.issue({ name: "edge", hosts: ["localhost"] }));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new FaultyEdge(gate, ca.cert, server);
  }

  get url(): string {
    return `https://localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    this.calls += 1;
    const body: Buffer[] = [];
    for await (const chunk of incoming) body.push(chunk);
    const { fault } = this;
    if (fault.kind === "hangs") return;
    if (fault.kind === "busy" && fault.times > 0) {
      fault.times -= 1;
      response.writeHead(503, { "retry-after": "1" }).end();
      return;
    }
    const answer = await this.#forward(incoming, Buffer.concat(body));
    if (fault.kind === "loses" && fault.times > 0) {
      fault.times -= 1;
      response.writeHead(503, { "retry-after": "1" }).end();
      return;
    }
    response
      .writeHead(answer.status, { "content-type": "application/json" })
      .end(fault.kind === "answers" ? fault.change(answer.text) : answer.text);
  }

  #forward(incoming: IncomingMessage, body: Buffer): Promise<{ status: number; text: string }> {
    const { method = "POST", url = "/", headers } = incoming;
    return new Promise((resolve, reject) => {
      const options = { method, ca: this.#gate.ca, headers: { "content-type": headers["content-type"] ?? "" } };
      const sent = request(new URL(url, this.#gate.url), options, async (answer) => {
        const chunks: Buffer[] = [];
        for await (const chunk of answer) chunks.push(chunk);
        resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString() });
      });
      sent.once("error", reject);
      sent.end(body);
    });
  }
}
