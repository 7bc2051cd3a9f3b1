import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import * as z from "zod";

const value = z.looseObject({ stringValue: z.string().optional(), intValue: z.string().optional() });
const attributes = z.array(z.object({ key: z.string(), value }));
const span = z.object({
  traceId: z.string().regex(/^[0-9a-f]{32}$/),
  spanId: z.string().regex(/^[0-9a-f]{16}$/),
  parentSpanId: z.string().optional(),
  traceState: z.string().optional(),
  name: z.string(),
  kind: z.number(),
  startTimeUnixNano: z.string().regex(/^\d{19}$/),
  endTimeUnixNano: z.string().regex(/^\d{19}$/),
  attributes,
  events: z.array(z.object({ name: z.string(), attributes })).optional(),
  status: z.object({ code: z.number().optional(), message: z.string().optional() }),
});
const traces = z.object({
  resourceSpans: z.array(
    z.object({ resource: z.object({ attributes }), scopeSpans: z.array(z.object({ spans: z.array(span) })) }),
  ),
});
const metrics = z.object({
  resourceMetrics: z.array(
    z.object({
      resource: z.object({ attributes }),
      scopeMetrics: z.array(z.object({ metrics: z.array(z.looseObject({ name: z.string() })) })),
    }),
  ),
});

/** A span, as a collector gets it, with its attributes by name. */
export interface ReceivedSpan extends Omit<z.infer<typeof span>, "attributes" | "events"> {
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly events: readonly { readonly name: string; readonly attributes: Readonly<Record<string, unknown>> }[];
  readonly resource: Readonly<Record<string, unknown>>;
}

/** A collector on loopback: takes OTLP/HTTP with JSON, and checks its form. */
export class OtlpReceiver {
  readonly spans: ReceivedSpan[] = [];
  readonly metricNames: string[] = [];
  readonly headers: IncomingHttpHeaders[] = [];
  /** The bodies as they were sent. */
  readonly bodies: string[] = [];
  /** The HTTP status of each answer; undefined for none. */
  status: number | undefined = 200;
  /** More headers of each answer. */
  answerHeaders: Readonly<Record<string, string>> = {};
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<OtlpReceiver> {
    const server = createServer();
    const receiver = new OtlpReceiver(server);
    server.on("request", (request, response) => {
      const taken = text(request).then((body) => {
        receiver.headers.push(request.headers);
        receiver.bodies.push(body);
        const { status } = receiver;
        if (status === undefined) return;
        if (status === 200) receiver.#take(request.url ?? "", JSON.parse(body));
        response.writeHead(status, { "content-type": "application/json", ...receiver.answerHeaders }).end("{}");
      });
      // The exporter gave up while it sent.
      taken.catch(() => undefined);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #take(path: string, body: unknown): void {
    if (path === "/v1/metrics")
      for (const { scopeMetrics } of metrics.parse(body).resourceMetrics)
        this.metricNames.push(...scopeMetrics.flatMap((it) => it.metrics.map(({ name }) => name)));
    else
      for (const { resource, scopeSpans } of traces.parse(body).resourceSpans)
        for (const one of scopeSpans.flatMap(({ spans }) => spans))
          this.spans.push({
            ...one,
            attributes: byName(one.attributes),
            events: (one.events ?? []).map((event) => ({ ...event, attributes: byName(event.attributes) })),
            resource: byName(resource.attributes),
          });
  }
}

function byName(given: z.infer<typeof attributes>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(given.map(({ key, value: it }) => [key, Object.values(it)[0]]));
}
