import type { JsonObject } from "../../protocol/Json.ts";
import type { HandshakeObservation } from "../../trust/probe/HandshakeObservation.ts";
import type { Certificate } from "../../trust/x509/Certificate.ts";

/** An answer of a server that may be a gate, or why there is none. */
export type UrlAnswer =
  | {
      readonly status: number;
      /** The body, when it is a JSON object. */
      readonly json: JsonObject | undefined;
      readonly text: string;
      /** The place that a redirect names. */
      readonly location: string | undefined;
    }
  | { readonly fault: string };

/** What the URL answers, without a credential. */
export interface UrlAnswers {
  readonly ready: UrlAnswer;
  readonly openapi: UrlAnswer;
  readonly announcement: UrlAnswer;
  /** A review of a cluster that no gate has. */
  readonly stranger: UrlAnswer;
  /** A review of the cluster; undefined without its name. */
  readonly cluster: UrlAnswer | undefined;
  /** Milliseconds of calls that each opened a connection. */
  readonly latencies: readonly number[];
  /** How far the clock of the server is ahead of this one; undefined without a Date header. */
  readonly aheadMs: number | undefined;
}

/** What an API server said of a call to the URL. */
export interface ApiServerAnswer {
  readonly result: "reached" | "other-answer" | "cannot-reach" | "refuses-chain" | "not-asked";
  readonly message: string;
}

/** Everything that is seen of a URL before it is registered. */
export interface PreflightView {
  readonly url: string;
  /** In milliseconds since 1970. */
  readonly now: number;
  readonly cluster: string | undefined;
  readonly observations: readonly HandshakeObservation[];
  readonly addressesLeftOut: number;
  /** Why the name has no address. */
  readonly fault: string | undefined;
  /** The roots of `--ca`; undefined for the public ones. */
  readonly roots: readonly Certificate[] | undefined;
  /** The public roots that come with Node, as a stand-in for those of the API server's host. */
  readonly publicRoots: readonly Certificate[];
  /** Undefined when no address completes a handshake. */
  readonly answers: UrlAnswers | undefined;
  /** Undefined when none was asked. */
  readonly apiServer: ApiServerAnswer | undefined;
}
