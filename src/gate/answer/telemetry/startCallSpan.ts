import type { GateCall } from "../../../protocol/gateUrl.ts";
import { noTracer } from "../../../telemetry/trace/noTracer.ts";
import type { Span, SpanDescription } from "../../../telemetry/trace/Span.ts";
import type { GateDependencies } from "../../GateDependencies.ts";

/** The route of a call (`http.route`): as `routeOf` in telemetry has it, from the parts of the path. */
export function callRoute({ token, purpose, entry, part }: Omit<GateCall, "cluster">): string {
  const behind = purpose === "convert" ? "/{mark}" : part === undefined ? "/{entry}" : "/{entry}/{part}";
  return `${token === undefined ? "" : "/k/{token}"}/c/{cluster}/${purpose}${entry === undefined ? "" : behind}`;
}

type SpanDependencies = Pick<GateDependencies, "tracer" | "isApart" | "callAttributes">;

/** Starts the server span of a call, by OpenTelemetry's conventions for HTTP servers. */
export function startCallSpan(request: Request, call: GateCall, deps: SpanDependencies): Span {
  const { tracer = noTracer, isApart = false } = deps;
  return tracer.startServer({
    headers: request.headers,
    isInternal: isApart,
    describe: () => describeCall(request, call, deps),
  });
}

function describeCall(
  request: Request,
  call: GateCall,
  { isApart = false, callAttributes }: SpanDependencies,
): SpanDescription {
  const route = callRoute(call);
  return {
    name: isApart ? "judge apart" : `POST ${route}`,
    attributes: {
      "http.request.method": "POST",
      "http.route": route,
      "url.scheme": "https",
      "k8s.cluster.name": call.cluster,
      "postern.purpose": call.purpose,
      "postern.entry": call.entry,
      ...callAttributes?.(request),
    },
  };
}
