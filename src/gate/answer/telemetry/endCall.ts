import type { GateDependencies } from "../../GateDependencies.ts";
import type { GateError } from "../../GateError.ts";
import { type Call, loggedCluster, type TokenCall } from "../Call.ts";
import { callRoute } from "./startCallSpan.ts";

/** How a call ended. */
export interface CallEnd {
  readonly status: number;
  /** The error of a call that was not judged. */
  readonly error?: GateError | undefined;
  /** When the call arrived, by the clock of {@link callClock}. Used only with metrics. */
  readonly startedAt: number;
}

/** The clock that the durations of calls are measured by. */
export function callClock({ tracer, now }: Pick<GateDependencies, "tracer" | "now">): () => number {
  return tracer?.now ?? now;
}

/** Ends the span of a call, and measures it. An error of the caller (4xx) is no failure of the server span, by the conventions. */
export function endCall(call: Call | TokenCall, { status, error, startedAt }: CallEnd, deps: GateDependencies): void {
  const { span } = call;
  const { tracer, metrics, isApart } = deps;
  if (metrics !== undefined) {
    if (error !== undefined) metrics.error(error.code);
    const route = callRoute(call);
    // The process that called this one measures the request.
    if (isApart !== true) metrics.request({ method: "POST", route, status, durationMs: callClock(deps)() - startedAt });
  }
  if (tracer === undefined) return;
  span.setAttributes({ "http.response.status_code": status, "k8s.cluster.name": loggedCluster(call) });
  if (error !== undefined && status >= 500) span.recordError(error);
  else if (error !== undefined) span.setAttributes({ "error.type": error.code });
  span.end();
}
