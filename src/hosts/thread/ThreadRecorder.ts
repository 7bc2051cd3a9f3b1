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
  /** Decisions to be made after the answer. */
  readonly #waiting: (() => Promise<Decision>)[] = [];
  readonly #receipts = new Map<number, (receipt: Receipt | undefined) => void>();
  #id = 0;

  constructor(send: (message: ThreadMessage) => void, log: Log) {
    this.#send = send;
    this.#log = log;
  }

  later(decide: () => Promise<Decision>): void {
    this.#waiting.push(decide);
  }

  /** Makes the decisions that wait, and hands them over. Each holds its review until then. */
  async makeAll(): Promise<void> {
    for (const decide of this.#waiting.splice(0)) {
      try {
        this.#send({ kind: "later", decision: await decide() });
      } catch (error) {
        this.#log.warn("a decision record was dropped", { code: "failed", error });
      }
    }
  }

  async now(decision: Decision): Promise<Receipt> {
    this.#id += 1;
    const id = this.#id;
    const receipt = await new Promise<Receipt | undefined>((resolve) => {
      this.#receipts.set(id, resolve);
      this.#send({ kind: "record", id, decision });
    });
    // The process has logged why.
    if (receipt === undefined) throw new RecordError("store-unavailable", "the process could not record the decision");
    return receipt;
  }

  /** Takes the answer of the process. */
  hear({ id, receipt }: ThreadReceipt): void {
    this.#receipts.get(id)?.(receipt);
    this.#receipts.delete(id);
  }
}
