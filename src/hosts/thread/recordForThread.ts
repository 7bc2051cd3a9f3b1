import type { Receipt } from "../../records/writer/ChainWriter.ts";
import type { Recorder } from "../../records/writer/Recorder.ts";
import type { Log } from "../../telemetry/Log.ts";
import type { ThreadMessage, ThreadReceipt } from "./threadMessages.ts";

/** Records a decision of the thread for large reviews. `answer` gets the end of a `record`: the thread waits for it. */
export async function recordForThread(
  message: Extract<ThreadMessage, { readonly kind: "record" | "later" }>,
  { records, log }: { readonly records?: Recorder | undefined; readonly log: Log },
  answer: (receipt: ThreadReceipt) => void,
): Promise<void> {
  const { decision } = message;
  if (message.kind === "later") {
    records?.later(async () => decision, 0);
    return;
  }
  let receipt: Receipt | undefined;
  try {
    receipt = await records?.now?.(decision);
  } catch (error) {
    log.warn("a decision on a large review was not recorded", {
      cluster: decision.cluster,
      uid: decision.request.uid,
      error,
    });
  }
  answer({ kind: "receipt", id: message.id, receipt });
}
