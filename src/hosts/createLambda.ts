import { verdictLines } from "../gate/answer/logVerdict.ts";
import { checkRecorder } from "../gate/config/checkRecorder.ts";
import type { Gate } from "../gate/config/defineGate.ts";
import { GateConfigError } from "../gate/config/GateConfigError.ts";
import { parseAddressKey } from "../gate/config/parseAddressKey.ts";
import { parseSigningKey } from "../gate/config/parseSigningKey.ts";
import { createGate } from "../gate/createGate.ts";
import { GateError } from "../gate/GateError.ts";
import { limitsForMemory } from "../gate/GateLimits.ts";
import { errorResponse } from "../gate/http/errorResponse.ts";
import { awsRecorder } from "../records/stores/aws/awsRecorder.ts";
import type { AsyncContext } from "../telemetry/context/AsyncContext.ts";
import { ClientAddresses } from "../telemetry/context/ClientAddresses.ts";
import { contextLog } from "../telemetry/context/contextLog.ts";
import { nodeAsyncContext } from "../telemetry/context/nodeAsyncContext.ts";
import { jsonLog } from "../telemetry/jsonLog.ts";
import { limitLines } from "../telemetry/limitLines.ts";
import type { TelemetryFactory } from "../telemetry/Telemetry.ts";
import { lambdaCertificate } from "./certificate/lambdaCertificate.ts";
import { type LambdaAnswer, lambdaAnswer } from "./lambdaAnswer.ts";
import { nodeMemory } from "./nodeMemory.ts";
import { readAnnouncementFile } from "./readAnnouncementFile.ts";
import { type LambdaEvent, readLambdaEvent } from "./readLambdaEvent.ts";
import { isServedHost, servedHosts } from "./servedHosts.ts";
import { flushWithin } from "./telemetry/flushRegularly.ts";
import { LambdaCalls } from "./telemetry/LambdaCalls.ts";

/** A handler for AWS Lambda. It takes any event, and never rejects. */
export type LambdaHandler = (event: unknown, context?: unknown) => Promise<LambdaAnswer>;

/** Parts of a Lambda function that not every gate needs. */
export interface LambdaOptions {
  /** Traces and metrics: `lambdaTelemetry`. Default: only the log. */
  readonly telemetry?: TelemetryFactory;
  /** How long an answer waits for an export, in milliseconds. Only a call waits that is sampled, or one a minute for metrics. Default 50. */
  readonly exportWaitMs?: number;
  /** Carries the facts of a call. For a gate whose own calls have it too, see {@link tracedFetch}. Default: one of its own. */
  readonly asyncContext?: AsyncContext | undefined;
}

/** A collector in a Lambda layer answers in a few milliseconds. One in the same region takes tens of them. */
const EXPORT_WAIT_MS = 50;
/** Lambda accepts events of at most 6 MB, base64 and escapes included. The platform refuses larger ones itself. */
const MAX_BODY_BYTES = 6 * 1024 * 1024;
/** Methods that a `Request` cannot have (fetch standard). The gate answers them like other wrong methods. */
const FORBIDDEN_METHOD = /^(?:CONNECT|TRACE|TRACK)$/;

/**
 * Makes the Lambda handler of a gate: for Function URLs, HTTP APIs and REST APIs of API Gateway, Application Load Balancers
 * and VPC Lattice. Any other event gets the error `bad-request`, which is logged once. Throws {@link GateConfigError}
 * and {@link RecordError} for settings that cannot work.
 */
export function createLambda(
  gate: Gate,
  env: Readonly<Record<string, string | undefined>>,
  options: LambdaOptions = {},
): LambdaHandler {
  const { asyncContext = nodeAsyncContext() } = options;
  const lines = contextLog(
    jsonLog((line) => process.stdout.write(`${line}\n`), Date.now),
    asyncContext,
  );
  const log = limitLines(lines, Date.now, ["warn", "error"]);
  const telemetry = options.telemetry?.({ env, service: gate.name, log, now: Date.now, fetch });
  const calls = new LambdaCalls();
  const records = awsRecorder(env, { log, onDropped: () => telemetry?.metrics?.recordsDropped(1) });
  checkRecorder(gate, records);
  const limits = limitsForMemory(nodeMemory());
  const calledUrls = new WeakMap<Request, string>();
  const events = new WeakMap<Request, LambdaEvent>();
  const given = new WeakMap<Request, unknown>();
  const hosts = servedHosts(env.POSTERN_HOSTS);
  const publicHost = publicHostOf(env.POSTERN_PUBLIC_HOST);
  const app = createGate(gate, {
    now: Date.now,
    log,
    limits: { ...limits, bodyBytes: Math.min(limits.bodyBytes, MAX_BODY_BYTES) },
    basePath: env.POSTERN_BASE_PATH,
    calledUrl: (request) => calledUrls.get(request),
    ...parseSigningKey(env.POSTERN_SIGNING_KEY),
    announcement: () => readAnnouncementFile(env.POSTERN_ANNOUNCEMENT_FILE, env.POSTERN_ANNOUNCEMENT),
    ...verdictLines(log, env),
    records,
    clients: new ClientAddresses({
      hash: parseAddressKey(env.POSTERN_ADDRESS_KEY),
      addressOf: (request) => events.get(request)?.client,
      isWritten: log.isWritten,
    }),
    clientCertificate: (request) => lambdaCertificate(given.get(request)),
    hasHost: (request) =>
      events.get(request)?.isHostKnown === true || (hosts !== undefined && isServedHost(hosts, request.url)),
    variables: env,
    tracer: telemetry?.tracer,
    metrics: telemetry?.metrics,
    asyncContext,
    service: env.OTEL_SERVICE_NAME || gate.name,
    callAttributes: (request) => calls.attributesOf(request),
  });
  const { exportWaitMs = EXPORT_WAIT_MS } = options;
  let isTold = false;
  return async (input, context) => {
    const read = readLambdaEvent(input, env.POSTERN_BASE_PATH);
    // Behind a proxy the platform names the host that the proxy called, and its stage. The caller called another URL.
    const event =
      read === undefined || publicHost === undefined
        ? read
        : { ...read, host: publicHost, base: undefined, isHostKnown: true };
    const request = event === undefined ? undefined : requestOf(event);
    if (event === undefined || request === undefined) {
      if (!isTold) log.warn("an event is not an HTTP request; remove the trigger that sends it");
      isTold = true;
      return lambdaAnswer(refusal("bad-request", "the event is not an HTTP request with a valid host and path"), event);
    }
    const { path, base, query } = event;
    const { origin, pathname } = new URL(request.url);
    // A path that was changed on its way into a Request, such as one with dot segments, is not one of a gate.
    if (pathname !== path) return lambdaAnswer(refusal("not-found", "there is nothing at this path"), event);
    if (base !== undefined) calledUrls.set(request, `${origin}${base}${path}${query}`);
    events.set(request, event);
    given.set(request, input);
    calls.add(request, context);
    const answer = await lambdaAnswer(await app.fetch(request), event);
    await records.settled();
    // The platform freezes the process with the answer: what is not sent by then waits for the next call.
    if (telemetry?.isDue === true) await flushWithin(telemetry, exportWaitMs);
    return answer;
  };
}

/** Reads POSTERN_PUBLIC_HOST. Throws {@link GateConfigError}. */
function publicHostOf(text: string | undefined): string | undefined {
  const [host, ...more] = servedHosts(text, "POSTERN_PUBLIC_HOST") ?? [];
  if (more.length === 0) return host;
  throw new GateConfigError("POSTERN_PUBLIC_HOST", "names several hosts; the gate has one public URL");
}

/** The request of an event; undefined where its host or a header cannot be one. */
function requestOf({ method, host, path, query, headers, body }: LambdaEvent): Request | undefined {
  const isBodyless = method === "GET" || method === "HEAD" || body === undefined;
  try {
    const sent = new Headers([...headers]);
    // As the gate receives it. A platform may have counted the bytes in base64.
    sent.set("content-length", String(body?.byteLength ?? 0));
    return new Request(`https://${host}${path}${query}`, {
      method: FORBIDDEN_METHOD.test(method) ? "OPTIONS" : method,
      headers: sent,
      ...(isBodyless ? {} : { body }),
    });
  } catch {
    return undefined;
  }
}

function refusal(code: "bad-request" | "not-found", message: string): Response {
  return errorResponse(new GateError(code, message), false);
}
