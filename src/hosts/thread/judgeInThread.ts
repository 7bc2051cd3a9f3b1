import { readlinkSync } from "node:fs";
import { constants, setPriority } from "node:os";
import { type MessagePort, parentPort } from "node:worker_threads";
import type { Gate } from "../../gate/config/defineGate.ts";
import { createGate } from "../../gate/createGate.ts";
import type { GateDependencies } from "../../gate/GateDependencies.ts";
import { gateError } from "../../gate/GateError.ts";
import { errorResponse } from "../../gate/http/errorResponse.ts";
import type { ReadChunks } from "../../gate/http/readChunks.ts";
import type { Identity } from "../../identity/Identity.ts";
import { Counters } from "../../telemetry/Counters.ts";
import { ThreadRecorder } from "./ThreadRecorder.ts";
import { type ThreadCall, type ThreadMessage, threadCallSchema } from "./threadMessages.ts";
import { type ThreadTelemetry, threadTelemetry } from "./threadTelemetry.ts";

/** Judges the calls of the process until it ends this thread. Never resolves. */
export async function judgeInThread(
  gate: Gate,
  deps: GateDependencies,
  telemetry: ThreadTelemetry = threadTelemetry(undefined),
): Promise<never> {
  const port = parentPort;
  if (port === null) throw new Error("this is the main thread");
  const counters = new Counters();
  let serial: string | undefined;
  let parts: readonly Uint8Array[] = [];
  // Not by the body of a request, which would copy it twice.
  const readChunks: ReadChunks = async (_request, onChunk) => onChunk(joined(parts));
  const records = new ThreadRecorder((message) => send(port, message), deps.log);
  const { tracer, metrics } = telemetry;
  const identities = new WeakMap<Request, Identity>();
  const identified = (request: Request): Identity | undefined => identities.get(request);
  const own = { counters, readChunks, records, tracer, metrics, identified, certificateSerial: () => serial };
  const app = createGate(gate, { ...deps, ...own });
  // A promise that a policy left behind must not end the thread.
  process.on("unhandledRejection", (error: unknown) => deps.log.error("unhandled promise rejection", { error }));
  const answerTo = async (call: ThreadCall): Promise<Response> => {
    ({ serial, body: parts } = call);
    const request = new Request(call.url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "content-length": String(call.bytes),
        ...call.trace,
      },
    });
    identities.set(request, call.identity);
    return app.fetch(request);
  };
  port.on("message", async (message: unknown) => {
    const call = threadCallSchema.parse(message);
    if (call.kind === "receipt") {
      records.hear(call);
      return;
    }
    const before = counters.of("unknown_entry");
    // Such as a URL that no Request can have.
    const answer = await answerTo(call).catch((cause: unknown) => {
      deps.log.error("a call failed", { error: cause });
      return errorResponse(gateError(cause), true);
    });
    send(port, {
      kind: "answer",
      id: call.id,
      status: answer.status,
      headers: [...answer.headers],
      body: await answer.text(),
      unknownEntries: counters.of("unknown_entry") - before,
      ...telemetry.take(),
    });
    await records.makeAll();
    send(port, { kind: "ready" });
  });
  yieldToOthers();
  send(port, { kind: "ready" });
  return new Promise(() => undefined);
}

/** Lowers the priority of this thread: where cores are few, the other reviews come first. Linux has a priority for each thread. */
function yieldToOthers(): void {
  try {
    const thread = readlinkSync("/proc/thread-self").split("/").at(-1);
    setPriority(Number(thread), constants.priority.PRIORITY_LOW);
  } catch {
    // Another system, or one that does not allow it.
  }
}

/** Joins the parts of a body, and gives their memory back. */
function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
    if (part.buffer instanceof ArrayBuffer) part.buffer.transfer(0);
  }
  return whole;
}

function send(port: MessagePort, message: ThreadMessage): void {
  port.postMessage(message);
}
