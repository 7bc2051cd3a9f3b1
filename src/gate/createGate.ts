import type { Hono } from "hono";
import { Hono as TinyHono } from "hono/tiny";
import { type GatePurpose, gatePath } from "../protocol/gateUrl.ts";
import { answerCall } from "./answer/answerCall.ts";
import { type Call, callOf } from "./answer/Call.ts";
import { readCallPath } from "./answer/readCallPath.ts";
import type { Gate } from "./config/defineGate.ts";
import type { GateDependencies } from "./GateDependencies.ts";
import { GateError, gateError } from "./GateError.ts";
import { GateRuntime } from "./GateRuntime.ts";
import { callDeadline } from "./http/callDeadline.ts";
import { errorResponse, httpStatus } from "./http/errorResponse.ts";
import { gateReadiness } from "./http/gateReadiness.ts";
import { drainBody } from "./http/readBody.ts";
import { serveAnnouncement } from "./http/serveAnnouncement.ts";
import openapi from "./openapi.json" with { type: "json" };

/**
 * Joins a gate with the dependencies of its runtime: the Hono app that every host serves. The app answers every request;
 * a call that cannot be judged gets an error of the one documented shape. Throws {@link GateConfigError} for settings
 * that cannot work.
 */
export function createGate(gate: Gate, deps: GateDependencies): Hono {
  const runtime = new GateRuntime(gate, deps);
  // The small router suffices: most requests are calls, which do not reach it.
  const app = new TinyHono({ strict: false });

  for (const purpose of ["validate", "mutate", "convert"] as const)
    for (const path of callPaths(purpose))
      app.all(path, (c) => {
        if (c.req.method !== "POST") refuseMethod("POST");
        const path = { cluster: c.req.param("cluster") ?? "", entry: c.req.param("entry"), part: c.req.param("part") };
        return answerCall(runtime, callOf(c.req.raw, { ...path, purpose }, deps.now));
      });

  app.get("/healthz", (c) => c.json({ status: "ok" }));
  app.get("/readyz", (c) => {
    const { status, body } = gateReadiness(runtime);
    return c.json(body, status);
  });
  app.get("/openapi.json", (c) => c.json(openapi));
  app.get("/.well-known/postern", () => serveAnnouncement(deps));
  for (const path of ["/healthz", "/readyz", "/openapi.json", "/.well-known/postern"])
    app.all(path, () => refuseMethod("GET, HEAD"));

  app.notFound(() => {
    throw new GateError("not-found", "there is nothing at this path");
  });
  app.onError((error, c) => answerFailure(error, c.req.raw, c.req.path, deps));

  const route = app.fetch;
  // Most requests are calls. Their path is read directly: routing costs a call on Workers 4 % of its time.
  app.fetch = (request, ...rest) => {
    const { method, url } = request;
    const path = method === "POST" ? readCallPath(url) : undefined;
    return path === undefined ? route(request, ...rest) : answered(callOf(request, path, deps.now, url));
  };
  const answered = async (call: Call): Promise<Response> => {
    try {
      return await answerCall(runtime, call);
    } catch (error) {
      return answerFailure(error, call.request, new URL(call.url).pathname, deps);
    }
  };
  return app;
}

/** The answer to a request that failed. The rest of its body is read first: a caller that still sends would not see it. */
async function answerFailure(
  error: unknown,
  request: Request,
  path: string,
  deps: GateDependencies,
): Promise<Response> {
  const failure = gateError(error);
  logFailure(failure, path, deps);
  const isBodyUnread =
    failure.code === "body-timeout" || failure.code === "too-large" || !(await discardBody(request, deps));
  return errorResponse(failure, isBodyUnread);
}

/** The routes of a purpose. Only the entries of admissions have parts. */
function callPaths(purpose: GatePurpose): string[] {
  const paths = [gatePath(":cluster", purpose), gatePath(":cluster", purpose, ":entry")];
  return purpose === "convert" ? paths : [...paths, gatePath(":cluster", purpose, ":entry", ":part")];
}

/** Logs errors of the gate itself and calls that were refused for now. Faults of callers are not logged. */
function logFailure(failure: GateError, path: string, { log }: GateDependencies): void {
  const { code, cause, call = { path } } = failure;
  if (code === "internal") log.error("a call failed", { ...call, error: cause });
  else if (httpStatus(code) >= 500) log.warn("a call was turned away", { code, ...call });
}

function refuseMethod(allow: string): never {
  throw new GateError("method-not-allowed", `expected ${allow}`, { allow });
}

/** Reads and discards a body. A caller that is still sending would not see the answer. True when the body ended. */
async function discardBody(request: Request, { now }: GateDependencies): Promise<boolean> {
  const { url } = request;
  const deadline = callDeadline(url.includes("?") ? url.slice(url.indexOf("?")) : "", now);
  try {
    return await drainBody(request, deadline);
  } finally {
    deadline.dispose();
  }
}
