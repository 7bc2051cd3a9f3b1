import type { Deadline } from "../../policy/run/Deadline.ts";
import type { GateCall } from "../../protocol/gateUrl.ts";
import { callDeadline } from "../http/callDeadline.ts";

/** Facts of every call. */
interface CallFacts extends Omit<GateCall, "purpose"> {
  readonly request: Request;
  /** As the API server called it: https, without the query. */
  readonly url: string;
  readonly deadline: Deadline;
  /** The uid of the review, for the log; undefined until the body is decoded. */
  uid: string | undefined;
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

/** Builds the call of a request to `href`. Its deadline starts now; dispose of it when the call is answered. */
export function callOf(request: Request, path: GateCall, now: () => number, href = request.url): Call {
  const { cluster, purpose, entry, part } = path;
  const end = href.indexOf("?");
  const called = end < 0 ? href : href.slice(0, end);
  // The API server calls only https. Behind an edge that terminates TLS the gate itself sees http.
  const url = called.startsWith("http:") ? `https:${called.slice("http:".length)}` : called;
  const deadline = callDeadline(end < 0 ? "" : href.slice(end), now);
  return { request, cluster, purpose, entry, part, url, deadline, uid: undefined };
}
