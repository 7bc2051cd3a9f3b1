import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import type { KubeObject } from "./ClusterApi.ts";
import { TestCa } from "./TestCa.ts";

/** One call, as it arrived. */
export interface RecordedCall {
  readonly method: string;
  /** Path with its query. */
  readonly url: string;
  readonly httpVersion: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** In bytes, as sent. */
  readonly size: number;
  /** The bytes as text. */
  readonly text: string;
  readonly review: KubeObject;
  /** Which of the connections it came on. */
  readonly connection: number;
}

/** An answer other than "allowed". */
export interface ScriptedAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An HTTPS server that keeps what the API server sends, allows everything and converts by name alone: the instrument, in the place of a gate. */
export class RecordingWebhook {
  readonly ca: string;
  readonly calls: RecordedCall[] = [];
  /** Given out first, one each call. */
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
        // Whoever has called waits no longer.
        if (!request.aborted) throw error;
      });
    });
  }

  /** `host` is what the API server is to call it by, and has to lead to 127.0.0.1. It offers h2 and http/1.1. */
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
    // What controllers and other suites do meanwhile is answered, and neither kept nor counted.
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

/** By the names that the suite gives, and by whom it calls as. Conversions are of a kind of its own. */
function isOfSuite({ userInfo, namespace, name }: KubeObject): boolean {
  if (userInfo === undefined) return true;
  return userInfo.username === "test-admin" && `${namespace ?? name}`.startsWith("seen-");
}

/** The same objects under the other version. */
function conversionOf({ desiredAPIVersion, objects }: KubeObject): object {
  const convertedObjects = objects.map((object: KubeObject) => ({ ...object, apiVersion: desiredAPIVersion }));
  return { result: { status: "Success" }, convertedObjects };
}
