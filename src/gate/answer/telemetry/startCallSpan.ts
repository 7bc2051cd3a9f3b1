import { noTracer } from "../../../telemetry/trace/noTracer.ts";
import type { Span, SpanDescription } from "../../../telemetry/trace/Span.ts";
import type { GateDependencies } from "../../GateDependencies.ts";
import type { CallPath } from "../CallPath.ts";

/** The route of a call (`http.route`): as `routeOf` in telemetry has it, from the parts of the path. */
export function callRoute({ token, purpose, entry, part }: Omit<CallPath, "cluster">): string {
  if (purpose === "token") return "/token/{cluster}";
  const behind = purpose === "convert" ? "/{mark}" : part === undefined ? "/{entry}" : "/{entry}/{part}";
  return `${token === undefined ? "" : "/k/{token}"}/c/{cluster}/${purpose}${entry === undefined ? "" : behind}`;
}

type SpanDependencies = Pick<GateDependencies, "tracer" | "isApart" | "callAttributes">;

/** Starts the server span of a call, by OpenTelemetry's conventions for HTTP servers. */
export function startCallSpan(request: Request, call: CallPath, deps: SpanDependencies): Span {
  const { tracer = noTracer, isApart = false } = deps;
  return tracer.startServer({
    headers: request.headers,
    isInternal: isApart,
    describe: () => describeCall(request, call, deps),
  });
}

function describeCall(
  request: Request,
  call: CallPath,
  { isApart = false, callAttributes }: SpanDependencies,
): SpanDescription {
  const route = callRoute(call);
  return {
    name: isApart ? "judge apart" : `POST ${route}`,
    attributes: {
      "http.request.method": "POST",
      "http.route": route,
      "url.scheme": "https",
      "postern.purpose": call.purpose,
      ...callAttributes?.(request),
    },
  };
}
