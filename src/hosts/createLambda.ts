import { handle, type LambdaContext, type LambdaEvent } from "hono/aws-lambda";
import { verdictLines } from "../gate/answer/logVerdict.ts";
import type { Gate } from "../gate/config/defineGate.ts";
import { parseSigningKey } from "../gate/config/parseSigningKey.ts";
import { createGate } from "../gate/createGate.ts";
import { jsonLog } from "../telemetry/jsonLog.ts";
import { readAnnouncementFile } from "./readAnnouncementFile.ts";

/** An event of payload format 2.0, from an HTTP API or a Function URL. */
export type HttpEvent = Extract<LambdaEvent, { rawPath: string }>;

/** A handler for AWS Lambda. */
export type LambdaHandler = (event: HttpEvent, context?: LambdaContext) => ReturnType<ReturnType<typeof handle>>;

/** Lambda accepts events of at most 6 MB, base64 and escapes included. The platform refuses larger ones itself. */
const MAX_BODY_BYTES = 6 * 1024 * 1024;

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/**
 * Makes the Lambda handler of a gate, for API Gateway HTTP APIs (payload 2.0) and Function URLs, with text and base64
 * bodies. Throws {@link GateConfigError} for settings that cannot work.
 */
export function createLambda(gate: Gate, env: Readonly<Record<string, string | undefined>>): LambdaHandler {
  const log = jsonLog((line) => process.stdout.write(`${line}\n`), Date.now);
  const handler = handle(
    createGate(gate, {
      now: Date.now,
      log,
      limits: { bodyBytes: MAX_BODY_BYTES },
      ...parseSigningKey(env.POSTERN_SIGNING_KEY),
      announcement: () => readAnnouncementFile(env.POSTERN_ANNOUNCEMENT_FILE, env.POSTERN_ANNOUNCEMENT),
      ...verdictLines(log, env),
    }),
  );
  return (event, context) => handler(readableEvent(event), context);
}

/**
 * Hono's adapter answers in plain text when it cannot build a Request: for a body that is not base64, a body of a GET or
 * HEAD, or a method that fetch forbids. Without that body or method the event reaches the gate, which answers in its own
 * error shape.
 */
function readableEvent(event: HttpEvent): HttpEvent {
  const { http } = event.requestContext;
  const isNotBase64 = event.isBase64Encoded && typeof event.body === "string" && !BASE64.test(event.body);
  const isForbidden = /^(CONNECT|TRACE|TRACK)$/i.test(http.method);
  if (!isNotBase64 && !isForbidden && !/^(GET|HEAD)$/i.test(http.method)) return event;
  const method = isForbidden ? "OPTIONS" : http.method;
  return { ...event, body: null, requestContext: { ...event.requestContext, http: { ...http, method } } };
}
