import type { Hono } from "hono";
import { Hono as TinyHono } from "hono/tiny";
import { callReader, tokenCallReader } from "../protocol/gateUrl.ts";
import { routeOf } from "../telemetry/redact/routeOf.ts";
import { answerCall } from "./answer/answerCall.ts";
import { type Call, callOf, type TokenCall } from "./answer/Call.ts";
import type { CallPath } from "./answer/CallPath.ts";
import { type FailedCall, failedCall } from "./answer/failedCall.ts";
import { callClock, endCall } from "./answer/telemetry/endCall.ts";
import { answerTokenCall } from "./caller/answerTokenCall.ts";
import type { Gate } from "./config/defineGate.ts";
import { parseBasePath } from "./config/parseBasePath.ts";
import type { GateDependencies } from "./GateDependencies.ts";
import { GateError, gateError } from "./GateError.ts";
import { GateRuntime } from "./GateRuntime.ts";
import { callDeadline } from "./http/callDeadline.ts";
import { errorResponse, httpStatus } from "./http/errorResponse.ts";
import { gateReadiness } from "./http/gateReadiness.ts";
import { announcedLength, drainBody } from "./http/readBody.ts";
import { serveAnnouncement } from "./http/serveAnnouncement.ts";
import openapi from "./openapi.json" with { type: "json" };

/**
 * Joins a gate with the dependencies of its runtime: the Hono app that every host serves. The app answers every request;
 * a call that cannot be judged gets an error of the one documented shape. Throws {@link GateConfigError} for settings
 * that cannot work.
 */
export function createGate(gate: Gate, deps: GateDependencies): Hono {
  const runtime = new GateRuntime(gate, deps);
  const { calledUrl, asyncContext } = deps;
  const callDeps = { ...deps, service: deps.service ?? gate.name };
  const clock = callClock(deps);
  const isObserved = deps.tracer !== undefined || deps.metrics !== undefined;
  const basePath = parseBasePath(deps.basePath);
  const readCall = callReader(basePath);
  const readTokenCall = tokenCallReader(basePath);
  // The small router suffices: most requests are calls, which do not reach it.
  const app = new TinyHono({ getPath: ({ url }) => servedPath(pathOf(url), basePath) });

  app.get("/healthz", (c) => c.json({ status: "ok" }));
  app.get("/readyz", (c) => {
    const { status, body } = gateReadiness(runtime);
    return c.json(body, status);
  });
  app.get("/openapi.json", (c) => c.json(openapi));
  app.get("/.well-known/postern", () => serveAnnouncement(deps));
  for (const path of ["/healthz", "/readyz", "/openapi.json", "/.well-known/postern"])
    app.all(path, () => {
      throw wrongMethod("GET, HEAD");
    });

  app.notFound(() => {
    throw new GateError("not-found", "there is nothing at this path");
  });
  app.onError((error, c) => answerFailure(error, c.req.raw, atPath(c.req.path), deps));

  const route = app.fetch;
  // Paths of calls are read as they are written, on every runtime. Routing would decode them, and cost 4 % on Workers.
  app.fetch = (request, ...rest) => {
    const { method, url } = request;
    const path = readCall(url) ?? tokenPath(readTokenCall(url));
    if (path === undefined) return route(request, ...rest);
    if (method !== "POST") return answerFailure(wrongMethod("POST"), request, atPath(pathOf(url)), deps);
    const call = callOf(request, path, callDeps, calledUrl?.(request) ?? withBase(basePath, url));
    return asyncContext === undefined ? answered(call) : asyncContext.run(call.facts, () => answered(call));
  };
  const callFailed = (failure: GateError, call: Call | TokenCall): Response | Promise<Response> => {
    if (failure.reason !== undefined) deps.metrics?.refusal(failure.reason);
    return answerFailure(failure, call.request, failedCall(runtime, call), { ...deps, log: call.log });
  };
  const answered = async (call: Call | TokenCall): Promise<Response> => {
    const startedAt = deps.metrics === undefined ? 0 : clock();
    // At the same time as the answer: nobody waits for it.
    const client = call.span.isRecording ? deps.clients?.ofSpan(call.request) : undefined;
    const answering = call.purpose === "token" ? answerTokenCall(runtime, call) : answerCall(runtime, call);
    const answer = await answering.catch(gateError);
    const failure = answer instanceof GateError ? answer : undefined;
    const response = answer instanceof GateError ? await callFailed(answer, call) : answer;
    if (client !== undefined) call.span.setAttributes(await client);
    if (isObserved) endCall(call, { status: response.status, error: failure, startedAt }, deps);
    return response;
  };
  return app;
}

function tokenPath(cluster: string | undefined): CallPath | undefined {
  return cluster === undefined ? undefined : { cluster, purpose: "token", entry: undefined };
}

/** The path of the URL of a request, as it is written. */
function pathOf(url: string): string {
  return /^[^:]*:\/\/[^/?#]*([^?#]*)/.exec(url)?.[1] ?? "";
}

/** The path of a route: without the base, and without one slash at the end. */
function servedPath(path: string, base: string): string {
  const after = path.startsWith(`${base}/`) ? path.slice(base.length) : path;
  return after.length > 1 && after.endsWith("/") ? after.slice(0, -1) : after;
}

/** A URL with the base in its path. A proxy in front may have removed it. */
function withBase(base: string, url: string): string {
  if (base === "" || pathOf(url).startsWith(`${base}/`)) return url;
  const at = url.indexOf("/", url.indexOf("//") + 2);
  return url.slice(0, at) + base + url.slice(at);
}

/** Most reviews are shorter. What arrives within one round trip or two. */
const SHORT_BODY_BYTES = 64 * 1024;

/**
 * The answer to a request that failed. The rest of its body is read first: a caller that still sends would not see it. Synchronous
 * where nothing is awaited, as for most refusals of strangers.
 */
function answerFailure(
  error: unknown,
  request: Request,
  call: Partial<FailedCall>,
  deps: GateDependencies,
): Response | Promise<Response> {
  const failure = gateError(error);
  const logged = logFailure(failure, request, call, deps);
  const isLast = mustClose(failure, request, deps);
  if (logged === undefined && typeof isLast === "boolean") return errorResponse(failure, isLast);
  return Promise.all([isLast, logged]).then(([closes]) => errorResponse(failure, closes));
}

/**
 * Whether the connection of a failed call has to end, since its body is not read to the end. A short body that nobody has begun to read
 * arrives soon, and its host discards it: a handshake for the next call costs more than a verdict.
 */
function mustClose({ body, code }: GateError, request: Request, deps: GateDependencies): boolean | Promise<boolean> {
  if (body === "untouched") return (announcedLength(request) ?? Number.POSITIVE_INFINITY) > SHORT_BODY_BYTES;
  return body === "cut" || code === "too-large" || discardBody(request, deps).then((isRead) => !isRead);
}

/** Logs errors of the gate itself and calls that were refused for now. Faults of callers are not logged. */
function logFailure(
  failure: GateError,
  request: Request,
  call: Partial<FailedCall>,
  { log, clients }: GateDependencies,
): Promise<void> | undefined {
  const { code, cause, reason } = failure;
  const isBug = code === "internal";
  const isRefused = code === "unauthenticated" || code === "too-many-calls";
  if (!isBug && !isRefused && httpStatus(code) < 500) return undefined;
  const level = isBug ? "error" : "warn";
  const message = isBug ? "a call failed" : isRefused ? "a call was refused" : "a call was turned away";
  // The limit of the log is by the code that a line has.
  const why = { ...(isBug ? {} : { code }), ...(reason === undefined ? {} : { reason }) };
  const write = (client: object | undefined): void =>
    log[level](message, { ...why, ...call, ...client, ...(isBug ? { error: cause } : {}) });
  if (clients !== undefined)
    return clients.ofLine(request, { level, message, code: isBug ? undefined : code }).then(write);
  write(undefined);
  return undefined;
}

/** The facts of a request that is not a call. Its path may hold anything, and its route does not. */
function atPath(path: string): Pick<FailedCall, "path"> {
  return { path: routeOf(path) };
}

function wrongMethod(allow: string): GateError {
  return new GateError("method-not-allowed", `expected ${allow}`, { allow });
}

/** Reads and discards a body. A caller that is still sending would not see the answer. True when the body ended. */
async function discardBody(request: Request, { now, readChunks }: GateDependencies): Promise<boolean> {
  const { url } = request;
  const deadline = callDeadline(url.includes("?") ? url.slice(url.indexOf("?")) : "", now);
  try {
    return await drainBody(request, deadline, readChunks);
  } finally {
    deadline.dispose();
  }
}
