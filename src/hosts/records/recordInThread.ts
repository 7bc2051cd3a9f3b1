import { parentPort } from "node:worker_threads";
import { RecordError } from "../../records/RecordError.ts";
import type { NodeStore } from "../../records/stores/node/NodeStore.ts";
import type { Log } from "../../telemetry/Log.ts";
import { openNodeStore, type RecordsEnv } from "./openNodeStore.ts";
import { type RecordMessage, recordRequestSchema, requestIdSchema } from "./recordMessages.ts";

/** Writes the decisions of the process to its store until it ends this thread. Never resolves. */
export async function recordInThread(
  env: RecordsEnv,
  deps: { readonly log: Log; readonly now: () => number },
): Promise<never> {
  const port = parentPort;
  if (port === null) throw new Error("this is the main thread");
  const send = (message: RecordMessage): void => port.postMessage(message);
  const store = opened(env, deps, send);
  port.on("message", (message: unknown) => {
    if (store !== undefined) void record(store, message, send);
  });
  if (store !== undefined) send({ kind: "open" });
  return new Promise(() => undefined);
}

function opened(
  env: RecordsEnv,
  deps: { readonly log: Log; readonly now: () => number },
  send: (message: RecordMessage) => void,
): NodeStore | undefined {
  try {
    return openNodeStore(env, deps);
  } catch (error) {
    send({ kind: "unusable", ...faultOf(error) });
    return undefined;
  }
}

/** A decision of another form fails alone: an error that nobody catches would end the thread, and fail all that wait. */
async function record(store: NodeStore, message: unknown, send: (message: RecordMessage) => void): Promise<void> {
  const { id } = requestIdSchema.parse(message);
  try {
    const { data } = recordRequestSchema.safeParse(message);
    if (data === undefined) throw new RecordError("store-unavailable", "the decision has not the form of a decision");
    send({ kind: "receipt", id, ...(await store.record(data.decision)) });
  } catch (error) {
    send({ kind: "failed", id, ...faultOf(error) });
  }
}

function faultOf(error: unknown): Pick<RecordError, "code" | "message"> {
  if (error instanceof RecordError) return { code: error.code, message: error.message };
  return { code: "store-unavailable", message: error instanceof Error ? error.message : typeof error };
}
