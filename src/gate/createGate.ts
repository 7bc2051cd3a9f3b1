import { Hono } from "hono";
import { gatePath } from "../protocol/gateUrl.ts";
import { answerCall } from "./answer/answerCall.ts";
import type { Gate } from "./config/defineGate.ts";
import type { GateDependencies } from "./GateDependencies.ts";
import { GateError } from "./GateError.ts";
import { GateRuntime } from "./GateRuntime.ts";
import { callDeadline } from "./http/callDeadline.ts";
import { errorResponse } from "./http/errorResponse.ts";
import { gateReadiness } from "./http/gateReadiness.ts";
import { httpStatus } from "./http/httpStatus.ts";
import { drainBody } from "./http/readBody.ts";
import { serveAnnouncement } from "./http/serveAnnouncement.ts";
import openapi from "./openapi.json" with { type: "json" };

/**
 * Joins a gate with its runtime: the Hono app that every adapter serves. Throws GateConfigError for settings that
 * cannot work. The app answers every request: what cannot be judged gets an error of the one documented shape.
 */
export function createGate(gate: Gate, deps: GateDependencies): Hono {
  const runtime = new GateRuntime(gate, deps);
  const app = new Hono({ strict: false });

  // One handler for each path: Hono runs a chain of them, at some cost, only where two match.
  for (const purpose of ["validate", "mutate", "convert"] as const) {
    app.all(gatePath(":cluster", purpose, ":entry?"), (c) => {
      if (c.req.method !== "POST") refuseMethod("POST");
      const cluster = c.req.param("cluster") ?? "";
      return answerCall(runtime, c.req.raw, { cluster, purpose, entry: c.req.param("entry") });
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
    const known = error instanceof GateError;
    if (!known) deps.log.error("a call failed", { error });
    else if (httpStatus(error.code) >= 500) deps.log.warn("a call was turned away", { code: error.code });
    const answer = known ? error : new GateError("internal", "the gate failed; its log has the error");
    const bodyLeft =
      answer.code === "body-timeout" || answer.code === "too-large" || !(await discardBody(c.req.raw, deps));
    return errorResponse(answer, bodyLeft);
  });
  return app;
}

function refuseMethod(allow: string): never {
  throw new GateError("method-not-allowed", `expected ${allow}`, { allow });
}

/** The caller may still be sending, and would not see an answer to a body that nobody read. True when it was read to its end. */
async function discardBody(request: Request, { now }: GateDependencies): Promise<boolean> {
  const deadline = callDeadline(request.url, now);
  try {
    return await drainBody(request, deadline);
  } finally {
    deadline.dispose();
  }
}
