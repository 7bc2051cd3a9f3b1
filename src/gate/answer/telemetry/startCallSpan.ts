import type { GateCall } from "../../../protocol/gateUrl.ts";
import { noTracer } from "../../../telemetry/trace/noTracer.ts";
import type { Span } from "../../../telemetry/trace/Span.ts";
import type { GateDependencies } from "../../GateDependencies.ts";

/** The route of a call (`http.route`): as `routeOf` in telemetry has it, from the parts of the path. */
export function callRoute({ purpose, entry, part }: Pick<GateCall, "purpose" | "entry" | "part">): string {
  const behind = purpose === "convert" ? "/{mark}" : part === undefined ? "/{entry}" : "/{entry}/{part}";
  return `/c/{cluster}/${purpose}${entry === undefined ? "" : behind}`;
}

/** Starts the server span of a call, by OpenTelemetry's conventions for HTTP servers. */
export function startCallSpan(
  request: Request,
  call: GateCall,
  { tracer, isApart = false, callAttributes }: Pick<GateDependencies, "tracer" | "isApart" | "callAttributes">,
): Span {
  const { headers } = request;
  if (tracer === undefined) return noTracer.startServer({ name: "", headers });
  const route = callRoute(call);
  const attributes = {
    "http.request.method": "POST",
    "http.route": route,
    "url.scheme": "https",
    "k8s.cluster.name": call.cluster,
    "postern.purpose": call.purpose,
    "postern.entry": call.entry,
  };
  const more = callAttributes?.(request);
  return tracer.startServer({
    name: isApart ? "judge apart" : `POST ${route}`,
    headers,
    isInternal: isApart,
    attributes: more === undefined ? attributes : { ...attributes, ...more },
  });
}
