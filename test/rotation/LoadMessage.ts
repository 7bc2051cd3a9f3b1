import { array, boolean, discriminatedUnion, type infer as Infer, literal, number, object, string } from "zod/mini";

/** What the process that makes load is told. */
export type LoadOrder =
  | LoadStart
  /** A certificate may be served from now on; answered by `placed`. */
  | { readonly type: "place"; readonly index: number; readonly serial: string }
  /** Send no more; answered by `done` when all is answered. */
  | { readonly type: "stop" };

/** Where to, and how often. */
export interface LoadStart {
  readonly type: "start";
  /** On 127.0.0.1. */
  readonly port: number;
  /** The name that certificates are for. */
  readonly host: string;
  /** The root that they lead to, in PEM. */
  readonly root: string;
  /** Whether the certificate before is wrong once the current one was brought; otherwise it may come until the next is placed. */
  readonly isStrict: boolean;
  /** Where reviews are posted. */
  readonly path: string;
  /** Between two requests on new connections, in milliseconds. */
  readonly newEvery: number;
  /** Between two requests on kept connections, in milliseconds. */
  readonly keptEvery: number;
  /** The most calls under way of each kind: one more is left out, so that no backlog grows. Default: all are sent. */
  readonly atOnce?: number;
}

/** A request: when it was sent, in milliseconds since 1970, and how long its answer took, handshake included, in milliseconds. */
export const loadSample = object({
  at: number(),
  took: number(),
  /** On a connection of its own, or on one that was there or is kept. */
  isNew: boolean(),
  ok: boolean(),
});
export type LoadSample = Infer<typeof loadSample>;

/** What came of a load. */
export const loadReport = object({
  handshakes: number(),
  failedHandshakes: number(),
  /** Calls over h2 that met a GOAWAY, and were sent again as RFC 9113, 6.8 has it. */
  sentAgain: number(),
  samples: array(loadSample),
  /** In words; the first ones. */
  failures: array(string()),
});
export type LoadReport = Infer<typeof loadReport>;

/** What it says. */
export const loadNews = discriminatedUnion("type", [
  object({ type: literal("ready") }),
  object({ type: literal("placed"), index: number() }),
  /** A new handshake has brought this certificate, for the first time. */
  object({ type: literal("seen"), index: number() }),
  /** No kept connection has an older certificate than this one any more. */
  object({ type: literal("drained"), index: number() }),
  /** A call was answered, rightly (`ok`) or not, or failed. */
  object({ type: literal("called"), isNew: boolean(), ok: boolean() }),
  object({ type: literal("failed"), what: string() }),
  object({ type: literal("done"), report: loadReport }),
]);
export type LoadNews = Infer<typeof loadNews>;
