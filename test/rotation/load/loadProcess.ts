import { patience } from "../../run/speedFactor.ts";
import { Caller } from "./Caller.ts";
import { Dialer, OFFERS } from "./Dialer.ts";
import { KeptConnections } from "./KeptConnections.ts";
import type { LoadNews, LoadOrder, LoadSample, LoadStart } from "./LoadMessage.ts";
import { answerFault, loadReviews } from "./LoadReview.ts";
import { ServedOrder } from "./ServedOrder.ts";

/** The default timeout of the API server, on the reference machine. */
const CALL_TIMEOUT_MS = patience(10_000);
const MAX_FAILURES = 500;

/** Load at a fixed rate: a slow answer does not delay the next request. */
class Load {
  readonly #start: LoadStart;
  readonly #dialer: Dialer;
  readonly #caller: Caller;
  readonly #reviews = loadReviews();
  readonly #samples: LoadSample[] = [];
  readonly #failures: string[] = [];
  readonly #open = new Set<Promise<void>>();
  #stopped = false;

  constructor(start: LoadStart, order: ServedOrder) {
    this.#start = start;
    this.#dialer = new Dialer(start, order);
    this.#caller = new Caller(this.#dialer, new KeptConnections((index) => send({ type: "drained", index })));
    const { newEveryMs, keptEveryMs } = start;
    this.#beat(newEveryMs, 0, true);
    this.#beat(keptEveryMs, keptEveryMs / 2, false);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#open);
    this.#caller.close();
    const { handshakes, failed: failedHandshakes } = this.#dialer;
    const { sentAgain } = this.#caller;
    const [samples, failures] = [this.#samples, this.#failures];
    send({ type: "done", report: { handshakes, failedHandshakes, sentAgain, samples, failures } });
  }

  #beat(everyMs: number, offsetMs: number, isNew: boolean): void {
    const first = performance.now() + offsetMs;
    const { maxOpenCalls = Number.POSITIVE_INFINITY } = this.#start;
    let sent = 0;
    let open = 0;
    const next = (): void => {
      if (this.#stopped) return;
      for (; first + sent * everyMs <= performance.now(); sent += 1) {
        if (open >= maxOpenCalls) continue;
        const call = this.#send(sent, isNew);
        this.#open.add(call);
        open += 1;
        void call.finally(() => {
          this.#open.delete(call);
          open -= 1;
        });
      }
      setTimeout(next, Math.max(1, first + sent * everyMs - performance.now()));
    };
    next();
  }

  async #send(turn: number, isNew: boolean): Promise<void> {
    const offer = OFFERS[turn % OFFERS.length];
    const review = this.#reviews[Math.floor(turn / OFFERS.length) % this.#reviews.length];
    if (offer === undefined || review === undefined) return;
    const { host, path } = this.#start;
    const start = performance.now();
    const fault = await this.#caller
      .call(offer, isNew, { host, path, body: review.body, timeoutMs: CALL_TIMEOUT_MS })
      .then(
        ({ status, text }) => answerFault(review, status, text),
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
    const at = performance.timeOrigin + start;
    const ok = fault === undefined;
    this.#samples.push({ at, durationMs: performance.now() - start, isNew, ok });
    send({ type: "called", isNew, ok });
    if (ok || this.#failures.length === MAX_FAILURES) return;
    const what = `${new Date(at).toISOString()} ${isNew ? "new" : "kept"} ${offer.version} ${offer.protocol}: ${fault}`;
    this.#failures.push(what);
    send({ type: "failed", what });
  }
}

/** Reports the first handshake with each certificate. */
class ReportingOrder extends ServedOrder {
  override judge(serial: string, min: number): number | undefined {
    const before = this.seen;
    const index = super.judge(serial, min);
    if (this.seen > before) send({ type: "seen", index: this.seen });
    return index;
  }
}

function send(news: LoadNews): void {
  process.send?.(news);
}

/** Generates load on the orders of the parent process. */
export function loadProcess(): void {
  const order = new ReportingOrder();
  let load: Load | undefined;
  process.on("message", (message: LoadOrder) => {
    if (message.type === "start") load = new Load(message, order);
    else if (message.type === "stop") void load?.stop();
    else {
      order.place(message.index, message.serial);
      send({ type: "placed", index: message.index });
    }
  });
  process.once("disconnect", () => process.exit(0));
  send({ type: "ready" });
}

loadProcess();
