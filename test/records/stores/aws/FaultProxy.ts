import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** A call that goes through a {@link FaultProxy}. */
export interface ProxiedCall {
  /** `DynamoDB Query`, or `S3 PUT /bucket/key`. */
  readonly name: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

/**
 * What happens to a call: an answer of the proxy; no answer; a broken connection, before or after the store has the call; or
 * headers that are changed in the answer.
 */
export type ProxyFault =
  | { readonly status: number; readonly body?: string }
  | "hang"
  | "cut-before"
  | "cut-after"
  | { readonly headers: Readonly<Record<string, string>> };

/** An HTTP proxy on a loopback port, before a store. The test decides about each call. */
export class FaultProxy {
  readonly #calls: ProxiedCall[] = [];
  fault: (call: ProxiedCall) => ProxyFault | undefined = () => undefined;
  readonly #target: URL;
  readonly #server: Server;
  readonly #agent = new Agent({ keepAlive: true });
  #last: Promise<unknown> = Promise.resolve();

  private constructor(target: string) {
    this.#target = new URL(target);
    this.#server = createServer((incoming, outgoing) => {
      this.#handle(incoming, outgoing).catch(() => incoming.socket.destroy());
    });
  }

  static async start(target: string): Promise<FaultProxy> {
    const proxy = new FaultProxy(target);
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The calls since the last time. */
  takeCalls(): readonly ProxiedCall[] {
    return this.#calls.splice(0);
  }

  /** Their names. */
  takeNames(): string[] {
    return this.takeCalls().map(({ name }) => name);
  }

  async stop(): Promise<void> {
    this.#agent.destroy();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    const { method = "", url = "", headers } = incoming;
    const target = headers["x-amz-target"];
    const name =
      typeof target === "string"
        ? `DynamoDB ${target.split(".")[1]}`
        : `S3 ${method} ${url.replace(/\?x-id=\w+$/, "")}`;
    const call = { name, headers, body };
    this.#calls.push(call);
    const fault = this.fault(call);
    if (fault === "hang") return;
    if (fault === "cut-before") {
      incoming.socket.destroy();
      return;
    }
    if (typeof fault === "object" && "status" in fault) {
      outgoing.writeHead(fault.status, { "content-type": "application/x-amz-json-1.0" }).end(fault.body);
      return;
    }
    const answer = await this.#inTurn(() => this.#forward(incoming, body));
    if (fault === "cut-after") {
      incoming.socket.destroy();
      return;
    }
    outgoing.writeHead(answer.status, { ...answer.headers, ...fault?.headers }).end(answer.body);
  }

  /** Forwards one call at a time: moto does not check the conditions of a transaction and write it in one step. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#last.then(work);
    this.#last = next.catch(() => undefined);
    return next;
  }

  #forward(
    { method, url, headers }: IncomingMessage,
    body: Buffer,
  ): Promise<{ status: number; headers: IncomingMessage["headers"]; body: Buffer }> {
    const { hostname, port } = this.#target;
    return new Promise((resolve, reject) => {
      const outgoing = request({ hostname, port, method, path: url, headers, agent: this.#agent }, (answer) => {
        buffer(answer).then((bytes) => {
          const { "transfer-encoding": _, ...kept } = answer.headers;
          resolve({ status: answer.statusCode ?? 0, headers: kept, body: bytes });
        }, reject);
      });
      outgoing.on("error", reject).end(body);
    });
  }
}
