import { patience } from "../run/speedFactor.ts";
import { Caller } from "./Caller.ts";
import { Dialer, OFFERS } from "./Dialer.ts";
import { KeptConnections } from "./KeptConnections.ts";
import type { LoadNews, LoadOrder, LoadSample, LoadStart } from "./LoadMessage.ts";
import { answerFault, loadReviews } from "./LoadReview.ts";
import { ServedOrder } from "./ServedOrder.ts";

/** The API server's default, on the reference machine. In milliseconds. */
const CALL_TIMEOUT = patience(10_000);
const MOST_FAILURES = 500;

/** Load that goes by the clock: a slow answer does not hold back the next request. */
class Load {
  readonly #start: LoadStart;
  readonly #dialer: Dialer;
  readonly #caller: Caller;
  readonly #reviews = loadReviews();
  readonly #samples: LoadSample[] = [];
  readonly #failures: string[] = [];
  readonly #underWay = new Set<Promise<void>>();
  #stopped = false;

  constructor(start: LoadStart, order: ServedOrder) {
    this.#start = start;
    this.#dialer = new Dialer(start, order);
    this.#caller = new Caller(this.#dialer, new KeptConnections((index) => say({ type: "drained", index })));
    const { newEvery, keptEvery } = start;
    this.#beat(newEvery, 0, true);
    this.#beat(keptEvery, keptEvery / 2, false);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#underWay);
    this.#caller.close();
    const { handshakes, failed: failedHandshakes } = this.#dialer;
    const { sentAgain } = this.#caller;
    const [samples, failures] = [this.#samples, this.#failures];
    say({ type: "done", report: { handshakes, failedHandshakes, sentAgain, samples, failures } });
  }

  #beat(every: number, offset: number, isNew: boolean): void {
    const first = performance.now() + offset;
    const { atOnce = Number.POSITIVE_INFINITY } = this.#start;
    let sent = 0;
    let underWay = 0;
    const next = (): void => {
      if (this.#stopped) return;
      for (; first + sent * every <= performance.now(); sent += 1) {
        if (underWay >= atOnce) continue;
        const call = this.#send(sent, isNew);
        this.#underWay.add(call);
        underWay += 1;
        void call.finally(() => {
          this.#underWay.delete(call);
          underWay -= 1;
        });
      }
      setTimeout(next, Math.max(1, first + sent * every - performance.now()));
    };
    next();
  }

  async #send(turn: number, isNew: boolean): Promise<void> {
    const offer = OFFERS[turn % OFFERS.length];
    const review = this.#reviews[Math.floor(turn / OFFERS.length) % this.#reviews.length];
    if (offer === undefined || review === undefined) return;
    const { host, path } = this.#start;
    const began = performance.now();
    const fault = await this.#caller.call(offer, isNew, { host, path, body: review.body, timeout: CALL_TIMEOUT }).then(
      ({ status, text }) => answerFault(review, status, text),
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    const at = performance.timeOrigin + began;
    const ok = fault === undefined;
    this.#samples.push({ at, took: performance.now() - began, isNew, ok });
    say({ type: "called", isNew, ok });
    if (ok || this.#failures.length === MOST_FAILURES) return;
    const what = `${new Date(at).toISOString()} ${isNew ? "new" : "kept"} ${offer.version} ${offer.protocol}: ${fault}`;
    this.#failures.push(what);
    say({ type: "failed", what });
  }
}

/** Tells of each certificate's first handshake. */
class TellingOrder extends ServedOrder {
  override judge(serial: string, least: number): number | undefined {
    const before = this.seen;
    const index = super.judge(serial, least);
    if (this.seen > before) say({ type: "seen", index: this.seen });
    return index;
  }
}

function say(news: LoadNews): void {
  process.send?.(news);
}

/** Makes load as its parent orders. */
export function loadProcess(): void {
  const order = new TellingOrder();
  let load: Load | undefined;
  process.on("message", (message: LoadOrder) => {
    if (message.type === "start") load = new Load(message, order);
    else if (message.type === "stop") void load?.stop();
    else {
      order.place(message.index, message.serial);
      say({ type: "placed", index: message.index });
    }
  });
  process.once("disconnect", () => process.exit(0));
  say({ type: "ready" });
}

loadProcess();
