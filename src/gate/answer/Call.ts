import type { Identity } from "../../identity/Identity.ts";
import type { Deadline } from "../../policy/run/Deadline.ts";
import type { GateCall } from "../../protocol/gateUrl.ts";
import type { RequestFacts } from "../../telemetry/context/AsyncContext.ts";
import { withFacts } from "../../telemetry/context/contextLog.ts";
import type { Log, LogProperties } from "../../telemetry/Log.ts";
import type { Span } from "../../telemetry/trace/Span.ts";
import type { GateDependencies } from "../GateDependencies.ts";
import { callDeadline } from "../http/callDeadline.ts";
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

/** One POST of the API server. Built when the request arrives, and handed on until it is answered. */
export type Call = AdmissionCall | ConversionCall;

/** What a call needs of its gate. */
export type CallDependencies = Pick<
  GateDependencies,
  "now" | "log" | "tracer" | "service" | "isApart" | "callAttributes"
>;

/** Builds the call of a request to `href`. Its deadline starts now; dispose of it when the call is answered. */
export function callOf(request: Request, path: GateCall, deps: CallDependencies, href = request.url): Call {
  const { token, cluster, purpose, entry, part } = path;
  const end = href.indexOf("?");
  const url = httpsUrl(href);
  const deadline = callDeadline(end < 0 ? "" : href.slice(end), deps.now);
  const span = startCallSpan(request, path, deps);
  const lineFacts = (): LogProperties => {
    const { traceId, spanId } = span.context;
    return { service: deps.service, cluster, trace_id: traceId, span_id: spanId };
  };
  const facts = Object.assign(lineFacts, { span });
  const log = withFacts(deps.log, facts);
  return {
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
    uid: undefined,
    identity: undefined,
  };
}

/** A called URL without its query. The API server calls only https. Behind an edge that terminates TLS the gate itself sees http. */
export function httpsUrl(href: string): string {
  const end = href.indexOf("?");
  const called = end < 0 ? href : href.slice(0, end);
  return called.startsWith("http:") ? `https:${called.slice("http:".length)}` : called;
}
