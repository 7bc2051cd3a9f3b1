import type { Identity } from "../../identity/Identity.ts";
import type { Deadline } from "../../policy/run/Deadline.ts";
import type { GateCall } from "../../protocol/gateUrl.ts";
import type { RequestFacts } from "../../telemetry/context/AsyncContext.ts";
import { withFacts } from "../../telemetry/context/contextLog.ts";
import type { Log, LogProperties } from "../../telemetry/Log.ts";
import type { Span } from "../../telemetry/trace/Span.ts";
import type { GateDependencies } from "../GateDependencies.ts";
import { callDeadline } from "../http/callDeadline.ts";
import type { CallPath } from "./CallPath.ts";
import { startCallSpan } from "./telemetry/startCallSpan.ts";

/** Facts of every call. */
interface CallFacts extends Omit<GateCall, "purpose"> {
  readonly request: Request;
  /** As the API server called it: https, without the query. */
  readonly url: string;
  readonly deadline: Deadline;
  /** The server span. Its ids are in the log lines of the call, also where nothing is recorded. */
  readonly span: Span;
  /** What each log line of the call has: `cluster`, `service`, `trace_id` and `span_id`. */
  readonly facts: RequestFacts;
  /** The gate's log, with these facts. */
  readonly log: Log;
  /** Whether the gate has the cluster. False until it is found: the name may be anything that a caller wrote. */
  isEnrolled: boolean;
  /** The uid of the review, for the log; undefined until the body is decoded. */
  uid: string | undefined;
  /** Who calls; undefined until the caller is identified. */
  identity: Identity | undefined;
}

/** A call of `/validate` or `/mutate`. */
export interface AdmissionCall extends CallFacts {
  readonly purpose: "validate" | "mutate";
}

/** A call of `/convert`. */
export interface ConversionCall extends CallFacts {
  readonly purpose: "convert";
}

/** A call of `/token`, which the sync of a cluster makes. */
export interface TokenCall extends CallFacts {
  readonly purpose: "token";
}

/** One POST of the API server. Built when the request arrives, and handed on until it is answered. */
export type Call = AdmissionCall | ConversionCall;

/** What a call needs of its gate. */
export type CallDependencies = Pick<
  GateDependencies,
  "now" | "log" | "tracer" | "service" | "isApart" | "callAttributes"
>;

/** Builds the call of a request to `href`. Its deadline starts now; dispose of it when the call is answered. */
export function callOf(request: Request, path: GateCall, deps: CallDependencies, href?: string): Call;
export function callOf(request: Request, path: CallPath, deps: CallDependencies, href?: string): Call | TokenCall;
export function callOf(request: Request, path: CallPath, deps: CallDependencies, href = request.url): Call | TokenCall {
  const { token, cluster, purpose, entry, part } = path;
  const end = href.indexOf("?");
  const url = httpsUrl(href);
  const deadline = callDeadline(end < 0 ? "" : href.slice(end), deps.now);
  const span = startCallSpan(request, path, deps);
  const lineFacts = (): LogProperties => {
    const { traceId, spanId } = span.context;
    return { service: deps.service, cluster: loggedCluster(call), trace_id: traceId, span_id: spanId };
  };
  const facts = Object.assign(lineFacts, { span });
  const log = withFacts(deps.log, facts);
  const call: Call | TokenCall = {
    request,
    token,
    cluster,
    purpose,
    entry,
    part,
    url,
    deadline,
    span,
    facts,
    log,
    isEnrolled: false,
    uid: undefined,
    identity: undefined,
  };
  return call;
}

/** The cluster of a call, as lines of the log and spans name it: `(unknown)` for what names no cluster of the gate. */
export function loggedCluster({ cluster, isEnrolled }: Pick<CallFacts, "cluster" | "isEnrolled">): string {
  return isEnrolled ? cluster : "(unknown)";
}

/**
 * A called URL without its query. The API server calls only https. Behind an edge that terminates TLS the gate itself sees http,
 * where the port of https is written out.
 */
export function httpsUrl(href: string): string {
  const end = href.indexOf("?");
  const called = end < 0 ? href : href.slice(0, end);
  return called.startsWith("http:") ? called.replace(/^http:\/\/([^/]*?)(?::443)?(?=\/|$)/, "https://$1") : called;
}
