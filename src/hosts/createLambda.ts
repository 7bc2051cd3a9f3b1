import { handle, type LambdaContext, type LambdaEvent } from "hono/aws-lambda";
import { logVerdict } from "../gate/answer/logVerdict.ts";
import type { Gate } from "../gate/config/defineGate.ts";
import { parseSigningKey } from "../gate/config/parseSigningKey.ts";
import { createGate } from "../gate/createGate.ts";
import { jsonLog } from "../telemetry/jsonLog.ts";
import { readAnnouncementFile } from "./readAnnouncementFile.ts";

/** An event of payload format 2.0, as HTTP APIs and Function URLs make them. */
export type HttpEvent = Extract<LambdaEvent, { rawPath: string }>;

/** A handler as AWS Lambda calls it. */
export type LambdaHandler = (event: HttpEvent, context?: LambdaContext) => ReturnType<ReturnType<typeof handle>>;

/** Lambda hands over at most 6 MB of event, base64 and escapes included; the platform itself refuses what is larger. */
const BODY_BYTES = 6 * 1024 * 1024;

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** A handler for AWS Lambda: API Gateway HTTP APIs (payload 2.0) and Function URLs, text and base64 bodies. */
export function createLambda(gate: Gate, env: Readonly<Record<string, string | undefined>>): LambdaHandler {
  const log = jsonLog((line) => process.stdout.write(`${line}\n`), Date.now);
  const handler = handle(
    createGate(gate, {
      now: Date.now,
      log,
      limits: { bodyBytes: BODY_BYTES },
      ...parseSigningKey(env.POSTERN_SIGNING_KEY),
      announcement: () => readAnnouncementFile(env.POSTERN_ANNOUNCEMENT_FILE, env.POSTERN_ANNOUNCEMENT),
      ...(env.POSTERN_VERDICT_LINES === undefined ? {} : { onVerdict: logVerdict(log) }),
    }),
  );
  return (event, context) => handler(withoutUnreadable(event), context);
}

/**
 * Hono's adapter answers what it cannot make a Request of in plain text: a body that is no base64, a body on GET or
 * HEAD, a method that fetch knows nothing of. Changed a little, the gate refuses each in its own words.
 */
function withoutUnreadable(event: HttpEvent): HttpEvent {
  const { http } = event.requestContext;
  const notBase64 = event.isBase64Encoded && typeof event.body === "string" && !BASE64.test(event.body);
  const unknown = /^(CONNECT|TRACE|TRACK)$/i.test(http.method);
  if (!notBase64 && !unknown && !/^(GET|HEAD)$/i.test(http.method)) return event;
  const method = unknown ? "OPTIONS" : http.method;
  return { ...event, body: null, requestContext: { ...event.requestContext, http: { ...http, method } } };
}
