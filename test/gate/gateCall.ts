import { expect } from "vitest";
import { defineGate, type GateDefinition } from "../../src/gate/config/defineGate.ts";
import { createGate } from "../../src/gate/createGate.ts";
import type { GateDependencies } from "../../src/gate/GateDependencies.ts";
import { denyLabels } from "../../src/policies/labels/denyLabels.ts";
import type { Log, LogLevel, LogProperties } from "../../src/telemetry/Log.ts";
import { readReview } from "../fixtures/readReview.ts";

/** One line of a log under test. */
export interface LogLine {
  readonly level: LogLevel;
  readonly message: string;
  readonly properties: LogProperties;
}

/** What each log line of a call has beside its cluster. */
export const CALL_FACTS = {
  service: "postern",
  trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
  span_id: expect.stringMatching(/^[0-9a-f]{16}$/),
};

/** A log that collects its lines. */
export function memoryLog(): Log & { readonly lines: readonly LogLine[] } {
  const lines: LogLine[] = [];
  const at =
    (level: LogLevel) =>
    (message: string, properties: LogProperties = {}) => {
      lines.push({ level, message, properties });
    };
  return { lines, debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** A gate in this process with the policy deny-labels and the cluster local, or with what `definition` has instead. */
export function testGate(definition: Partial<GateDefinition> = {}, deps: Partial<GateDependencies> = {}) {
  const log = memoryLog();
  const gate = defineGate({ policies: [denyLabels()], clusters: { local: { identity: "none" } }, ...definition });
  return { log, app: createGate(gate, { now: Date.now, log, ...deps }) };
}

/** A POST to a gate, by default with the captured review of a Pod with the label bad-label. */
export function reviewCall(
  path: string,
  body: string | ReadableStream<Uint8Array> = readReview("validate-v1-create-pods-2"),
): Request {
  return new Request(`https://gate.example${path}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(typeof body === "string" ? { "content-length": String(new TextEncoder().encode(body).length) } : {}),
    },
    body,
    ...(typeof body === "string" ? {} : { duplex: "half" }),
  });
}
