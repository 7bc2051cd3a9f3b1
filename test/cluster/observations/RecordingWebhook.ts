import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import type { KubeObject } from "../ClusterApi.ts";
import { TestCa } from "../TestCa.ts";

/** A received call. */
export interface RecordedCall {
  readonly method: string;
  /** Path with its query. */
  readonly url: string;
  readonly httpVersion: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Size of the body in bytes. */
  readonly size: number;
  /** The body. */
  readonly text: string;
  readonly review: KubeObject;
  /** Number of the connection, from 0. */
  readonly connection: number;
}

/** An answer other than `allowed: true`. */
export interface ScriptedAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * A webhook for tests. It records every call, allows every request, and converts objects by changing only `apiVersion`.
 */
export class RecordingWebhook {
  readonly ca: string;
  readonly calls: RecordedCall[] = [];
  /** Answers for the next calls, one per call. */
  readonly script: ScriptedAnswer[] = [];
  readonly #server: Http2SecureServer;
  readonly #connections = new Map<Socket, number>();
  readonly #host: string;

  private constructor(server: Http2SecureServer, ca: string, host: string) {
    this.#server = server;
    this.ca = ca;
    this.#host = host;
    server.on("request", (request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        // The caller has disconnected.
        if (!request.aborted) throw error;
      });
    });
  }

  /** Starts a server with h2 and http/1.1 and a certificate for `host`, which must resolve to 127.0.0.1. */
  static async start(host: string): Promise<RecordingWebhook> {
    const ca = await TestCa.create("recorder");
    const pair = await ca.issue({ name: "recorder", hosts: [host] });
    const server = createSecureServer({ ...pair, allowHTTP1: true });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new RecordingWebhook(server, ca.cert, host);
  }

  get url(): string {
    return `https://${this.#host}:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.#connections.keys()) socket.destroy();
    this.#server.close();
  }

  async #answer(request: Http2ServerRequest, response: Http2ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const review = body.length === 0 ? undefined : JSON.parse(body.toString());
    // Calls that controllers and other suites cause are answered but not recorded.
    const isOwn = review === undefined || isOfSuite(review.request);
    if (isOwn)
      this.calls.push({
        method: request.method,
        url: request.url,
        httpVersion: request.httpVersion,
        headers: request.headers,
        size: body.length,
        text: body.toString(),
        review,
        connection: this.#numberOf(request.socket ?? request.stream.session?.socket),
      });
    const scripted = isOwn ? this.script.shift() : undefined;
    if (scripted !== undefined) {
      response.writeHead(scripted.status, scripted.headers).end();
      return;
    }
    const { apiVersion, kind, request: asked } = review;
    const verdict = kind === "ConversionReview" ? conversionOf(asked) : { allowed: true };
    response
      .writeHead(200, { "content-type": "application/json" })
      .end(JSON.stringify({ apiVersion, kind, response: { uid: asked.uid, ...verdict } }));
  }

  #numberOf(socket: Socket): number {
    const known = this.#connections.get(socket);
    if (known !== undefined) return known;
    const number = this.#connections.size;
    this.#connections.set(socket, number);
    return number;
  }
}

/** Whether the suite caused a request, judged by user and name. Conversions are always its own. */
function isOfSuite({ userInfo, namespace, name }: KubeObject): boolean {
  if (userInfo === undefined) return true;
  return userInfo.username === "test-admin" && `${namespace ?? name}`.startsWith("seen-");
}

/** A conversion that only changes `apiVersion`. */
function conversionOf({ desiredAPIVersion, objects }: KubeObject): object {
  const convertedObjects = objects.map((object: KubeObject) => ({ ...object, apiVersion: desiredAPIVersion }));
  return { result: { status: "Success" }, convertedObjects };
}
