import type { Decision } from "../../records/decision/decisionSchema.ts";
import { RecordError } from "../../records/RecordError.ts";
import type { Receipt } from "../../records/writer/ChainWriter.ts";
import type { Recorder } from "../../records/writer/Recorder.ts";
import type { Log } from "../../telemetry/Log.ts";
import type { ThreadMessage, ThreadReceipt } from "./threadMessages.ts";

/** The recorder in the thread for large reviews: it hands decisions to the process, which has the stores. */
export class ThreadRecorder implements Recorder {
  readonly #send: (message: ThreadMessage) => void;
  readonly #log: Log;
  readonly #waiting = new Map<number, (receipt: Receipt | undefined) => void>();
  #id = 0;

  constructor(send: (message: ThreadMessage) => void, log: Log) {
    this.#send = send;
    this.#log = log;
  }

  later(decide: () => Promise<Decision>): void {
    decide().then(
      (decision) => this.#send({ kind: "later", decision }),
      (error: unknown) => this.#log.warn("a decision record was dropped", { code: "failed", error }),
    );
  }

  async now(decision: Decision): Promise<Receipt> {
    this.#id += 1;
    const id = this.#id;
    const receipt = await new Promise<Receipt | undefined>((resolve) => {
      this.#waiting.set(id, resolve);
      this.#send({ kind: "record", id, decision });
    });
    // The process has logged why.
    if (receipt === undefined) throw new RecordError("store-unavailable", "the process could not record the decision");
    return receipt;
  }

  /** Takes the answer of the process. */
  hear({ id, receipt }: ThreadReceipt): void {
    this.#waiting.get(id)?.(receipt);
    this.#waiting.delete(id);
  }
}
