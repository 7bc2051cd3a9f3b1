import type { IncomingMessage, ServerResponse } from "node:http";
import { Agent, createServer, request, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import type { Cluster } from "../../cluster/Cluster.ts";

/** A call that passed through the tap, as the caller sent it. */
export interface TappedCall {
  /** Starts at 1 when the plan is set, in the order of arrival. */
  readonly number: number;
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Number of earlier calls of the same kind. */
  readonly earlierCalls: number;
  /**
   * Like `number`, but consecutive self-tests count as one call. The number of self-tests depends on how soon the API
   * server uses the new canary. All other calls are the same in each run.
   */
  readonly position: number;
}

/** What the tap does to a call. */
export type TapFault =
  /** Answers in place of the API server, which does not receive the call. */
  | { readonly kind: "answers"; readonly status: number; readonly body: string; readonly headers?: object }
  /** Passes the call on, then replaces the answer of the API server. */
  | { readonly kind: "does-and-answers"; readonly status: number; readonly body: string }
  | { readonly kind: "resets" }
  | { readonly kind: "does-and-resets" }
  | { readonly kind: "never-answers" }
  /** Kills the caller; the API server does not receive the call. */
  | { readonly kind: "kills-before" }
  /** Passes the call on, then kills the caller before it receives the answer. */
  | { readonly kind: "kills-after" };

/** Decides what the tap does to each call. Undefined passes the call on. A plan may also act just before a call. */
export type TapPlan = (call: TappedCall) => Promise<TapFault | undefined> | TapFault | undefined;

/**
 * A proxy in front of the API server, on loopback, with a certificate of the cluster's CA. It can disturb single calls.
 */
export class ApiTap {
  /** The calls since the plan was set. `status` is undefined for a call without an answer. */
  calls: (TappedCall & { status?: number })[] = [];
  /** Kills the caller. The test sets it. */
  kill: () => void = () => undefined;
  readonly #server: Server;
  readonly #cluster: Cluster;
  readonly #agent: Agent;
  #plan: TapPlan = () => undefined;
  #isDead = false;

  private constructor(server: Server, cluster: Cluster) {
    this.#server = server;
    this.#cluster = cluster;
    this.#agent = new Agent({ keepAlive: true, ca: cluster.place.ca });
    server.on("request", (incoming, response) => {
      this.#pass(incoming, response).catch(() => incoming.socket.destroy());
    });
  }

  static async start(cluster: Cluster): Promise<ApiTap> {
    const server = createServer(await cluster.ca.issue({ name: "tap", hosts: ["127.0.0.1"] }));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new ApiTap(server, cluster);
  }

  get url(): string {
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Sets the plan for the next calls and forgets the earlier calls. */
  set plan(plan: TapPlan) {
    this.calls = [];
    this.#isDead = false;
    this.#plan = plan;
  }

  async stop(): Promise<void> {
    this.#agent.destroy();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body: Buffer[] = [];
    for await (const chunk of incoming) body.push(chunk);
    const { method = "GET", url: path = "/" } = incoming;
    const kind = kindOfCall(method, path);
    const earlierCalls = this.calls.filter((call) => kindOfCall(call.method, call.path) === kind).length;
    const last = this.calls.at(-1);
    const isRepeated = last !== undefined && isSelfTest(kind) && kindOfCall(last.method, last.path) === kind;
    const position = (last?.position ?? 0) + (isRepeated ? 0 : 1);
    const call: TappedCall & { status?: number } = {
      number: this.calls.length + 1,
      method,
      path,
      earlierCalls,
      position,
    };
    this.calls.push(call);
    const fault = this.#isDead ? ({ kind: "resets" } as const) : await this.#plan(call);
    if (fault?.kind === "kills-before") this.#killCaller();
    // Calls that a process sent before it was killed may still arrive. They must not have an effect.
    if (fault?.kind === "kills-before" || fault?.kind === "resets") incoming.socket.destroy();
    else if (fault?.kind === "answers") answer(response, fault);
    if (fault !== undefined && !/^(does|kills-after)/.test(fault.kind)) return;
    if (path.includes("watch=true")) return this.#stream(incoming, response);
    const passed = await this.#forward(incoming, Buffer.concat(body));
    call.status = passed.status;
    if (fault?.kind === "kills-after") this.#killCaller();
    if (fault?.kind === "kills-after" || fault?.kind === "does-and-resets") incoming.socket.destroy();
    else answer(response, fault?.kind === "does-and-answers" ? fault : passed);
  }

  #killCaller(): void {
    this.#isDead = true;
    this.kill();
  }

  /** Passes the answer of a watch on as it arrives, until one side ends it. */
  #stream({ url = "/", headers }: IncomingMessage, response: ServerResponse): void {
    const { host: _, connection: __, ...others } = headers;
    const sent = request(new URL(url, this.#cluster.place.server), { headers: others, agent: this.#agent });
    sent.once("response", (answered) => {
      response.writeHead(answered.statusCode ?? 502, { "content-type": "application/json" });
      response.flushHeaders();
      answered.on("error", () => response.destroy());
      answered.pipe(response);
    });
    sent.once("error", () => response.destroy());
    response.once("close", () => sent.destroy());
    sent.end();
  }

  #forward(
    { method, url = "/", headers }: IncomingMessage,
    body: Buffer,
  ): Promise<{ status: number; headers: object; body: Buffer }> {
    const { host: _, connection: __, ...others } = headers;
    return new Promise((resolve, reject) => {
      const options = { method: method ?? "GET", headers: others, agent: this.#agent };
      const sent = request(new URL(url, this.#cluster.place.server), options, async (answered) => {
        try {
          const chunks: Buffer[] = [];
          for await (const chunk of answered) chunks.push(chunk);
          resolve({ status: answered.statusCode ?? 0, headers: answered.headers, body: Buffer.concat(chunks) });
        } catch (error) {
          reject(error);
        }
      });
      sent.once("error", reject);
      sent.end(body);
    });
  }
}

function answer(
  response: ServerResponse,
  { status, headers = {}, body }: { status: number; headers?: object; body: string | Buffer },
): void {
  const {
    "transfer-encoding": _,
    "content-length": __,
    ...others
  } = { "content-type": "application/json", ...headers } as Record<string, string>;
  response.writeHead(status, others).end(body);
}

function isSelfTest(kind: string): boolean {
  return kind.startsWith("POST postern-selftest/");
}

/** Returns the method and the resource of a call, such as `PATCH mutatingwebhookconfigurations/postern`. */
export function kindOfCall(method: string, path: string): string {
  const { pathname } = new URL(path, "https://localhost");
  const [, , , , ...rest] = pathname.split("/");
  const at = rest.indexOf("namespaces");
  return `${method} ${(at < 0 ? rest : rest.slice(at + 2)).join("/") || pathname}`;
}
