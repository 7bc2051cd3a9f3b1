import { handle } from "hono/aws-lambda";
import { jsonLog } from "../telemetry/jsonLog.ts";
import { createGate } from "./createGate.ts";
import type { Gate } from "./defineGate.ts";
import { logVerdict } from "./logVerdict.ts";
import { parseSigningKey } from "./parseSigningKey.ts";

/** A handler as AWS Lambda calls it. */
export type LambdaHandler = ReturnType<typeof handle>;

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
      ...(env.POSTERN_VERDICT_LINES === undefined ? {} : { onVerdict: logVerdict(log) }),
    }),
  );
  // Hono's adapter answers a body that is no base64 in plain text; without a body the gate refuses it in its own words.
  return (event, context) =>
    handler(
      event.isBase64Encoded && typeof event.body === "string" && !BASE64.test(event.body)
        ? { ...event, body: null }
        : event,
      context,
    );
}
