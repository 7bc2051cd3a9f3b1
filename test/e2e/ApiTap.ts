import type { IncomingMessage, ServerResponse } from "node:http";
import { Agent, createServer, request, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import type { Cluster } from "../cluster/Cluster.ts";

/** A call that came by, as whoever made it sent it. */
export interface TappedCall {
  /** From 1, in the order in which the calls came since the plan was set. */
  readonly number: number;
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** How many calls of this kind came before. */
  readonly before: number;
  /**
   * As `number`, but self-tests that follow each other count as one call: how many are sent until one passes is a matter of
   * how soon the API server takes up a canary, and everything else is the same in each run.
   */
  readonly place: number;
}

/** What becomes of a call. */
export type TapFault =
  /** The API server never hears of it. */
  | { readonly kind: "answers"; readonly status: number; readonly body: string; readonly headers?: object }
  /** The API server did what was asked; then the same as above in place of its answer. */
  | { readonly kind: "does-and-answers"; readonly status: number; readonly body: string }
  | { readonly kind: "resets" }
  | { readonly kind: "does-and-resets" }
  | { readonly kind: "never-answers" }
  /** The caller is killed before the API server hears of the call. */
  | { readonly kind: "kills-before" }
  /** The API server did what was asked, and the caller is killed before it hears of that. */
  | { readonly kind: "kills-after" };

/** What becomes of each call; what is to happen just before one is done by then. Undefined lets it pass. */
export type TapPlan = (call: TappedCall) => Promise<TapFault | undefined> | TapFault | undefined;

/** Stands between the sync and the API server, on loopback, with a certificate of the cluster's own CA. */
export class ApiTap {
  /** Calls since the plan was set, with what was answered; undefined where nothing was. */
  calls: (TappedCall & { status?: number })[] = [];
  /** Kills the caller. */
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

  /** What becomes of the calls from now on. */
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
    const before = this.calls.filter((call) => kindOfCall(call.method, call.path) === kind).length;
    const last = this.calls.at(-1);
    const isRepeated = last !== undefined && isSelfTest(kind) && kindOfCall(last.method, last.path) === kind;
    const place = (last?.place ?? 0) + (isRepeated ? 0 : 1);
    const call: TappedCall & { status?: number } = { number: this.calls.length + 1, method, path, before, place };
    this.calls.push(call);
    const fault = this.#isDead ? ({ kind: "resets" } as const) : await this.#plan(call);
    if (fault?.kind === "kills-before") this.#killCaller();
    // What a process sent before it was killed may still arrive, and what it was about to send may not.
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

  /** A watch is answered bit by bit, until either side ends it. */
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

/** What a call is for: `PATCH mutatingwebhookconfigurations/postern`. */
export function kindOfCall(method: string, path: string): string {
  const { pathname } = new URL(path, "https://localhost");
  const [, , , , ...rest] = pathname.split("/");
  const at = rest.indexOf("namespaces");
  return `${method} ${(at < 0 ? rest : rest.slice(at + 2)).join("/") || pathname}`;
}
