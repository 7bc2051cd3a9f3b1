import { array, boolean, discriminatedUnion, type infer as Infer, literal, number, object, string } from "zod/mini";

/** Messages to the load process. */
export type LoadOrder =
  | LoadStart
  /** A certificate may be served from now on. Answered by `placed`. */
  | { readonly type: "place"; readonly index: number; readonly serial: string }
  /** Stop sending. Answered by `done` when all calls have ended. */
  | { readonly type: "stop" };

/** Target and rate of the load. */
export interface LoadStart {
  readonly type: "start";
  /** A port on 127.0.0.1. */
  readonly port: number;
  /** The DNS name of the certificates. */
  readonly host: string;
  /** The root of all certificates, in PEM. */
  readonly root: string;
  /** Whether the previous certificate is a failure once the current one was seen. If not, it may appear until the next is placed. */
  readonly isStrict: boolean;
  /** The path for reviews. */
  readonly path: string;
  /** The interval between requests on new connections. */
  readonly newEveryMs: number;
  /** The interval between requests on kept connections. */
  readonly keptEveryMs: number;
  /** The maximum of open calls on each kind of connection. Further calls are skipped. Default: no limit. */
  readonly maxOpenCalls?: number;
}

/** One request. `at` is when it was sent, in milliseconds since 1970. `durationMs` includes the handshake. */
export const loadSample = object({
  at: number(),
  durationMs: number(),
  /** Whether it used a new connection. Otherwise it used a kept one. */
  isNew: boolean(),
  ok: boolean(),
});
export type LoadSample = Infer<typeof loadSample>;

/** Result of a load. */
export const loadReport = object({
  handshakes: number(),
  failedHandshakes: number(),
  /** Calls over h2 that crossed a GOAWAY and were retried (RFC 9113 6.8). */
  sentAgain: number(),
  samples: array(loadSample),
  /** The first failures, in words. */
  failures: array(string()),
});
export type LoadReport = Infer<typeof loadReport>;

/** Messages from the load process. */
export const loadNews = discriminatedUnion("type", [
  object({ type: literal("ready") }),
  object({ type: literal("placed"), index: number() }),
  /** A handshake has shown this certificate for the first time. */
  object({ type: literal("seen"), index: number() }),
  /** No kept connection has an older certificate any more. */
  object({ type: literal("drained"), index: number() }),
  /** A call has ended. `ok`: with the correct answer. */
  object({ type: literal("called"), isNew: boolean(), ok: boolean() }),
  object({ type: literal("failed"), what: string() }),
  object({ type: literal("done"), report: loadReport }),
]);
export type LoadNews = Infer<typeof loadNews>;
