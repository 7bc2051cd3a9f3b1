import { Hono } from "hono";
import { gatePath } from "../protocol/gateUrl.ts";
import { answerCall } from "./answer/answerCall.ts";
import { callOf } from "./answer/Call.ts";
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
  const app = new Hono({ strict: false });

  // One handler for each path: Hono builds a chain of handlers, at some cost, only where two match.
  for (const purpose of ["validate", "mutate", "convert"] as const) {
    app.all(gatePath(":cluster", purpose, ":entry?"), (c) => {
      if (c.req.method !== "POST") refuseMethod("POST");
      const path = { cluster: c.req.param("cluster") ?? "", purpose, entry: c.req.param("entry") };
      return answerCall(runtime, callOf(c.req.raw, path, deps.now));
    });
  }

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
  app.onError(async (error, c) => {
    const failure = gateError(error);
    logFailure(failure, c.req.path, deps);
    const isBodyUnread =
      failure.code === "body-timeout" || failure.code === "too-large" || !(await discardBody(c.req.raw, deps));
    return errorResponse(failure, isBodyUnread);
  });
  return app;
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
  const deadline = callDeadline(request.url, now);
  try {
    return await drainBody(request, deadline);
  } finally {
    deadline.dispose();
  }
}
