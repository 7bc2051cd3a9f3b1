import type { SpanContext } from "./Span.ts";
import type { SpanData } from "./SpanData.ts";

/** A request has tens of spans. The limit is for a gate with hundreds of policies. */
const MAX_SPANS = 256;

/** The spans of one request that have ended, until the request has. */
export class TracedRequest {
  /** What all of its spans have in common. */
  readonly trace: Omit<SpanContext, "spanId">;
  readonly #exportSpans: (spans: readonly SpanData[]) => void;
  #ended: SpanData[] | undefined = [];
  #dropped = 0;

  constructor(trace: Omit<SpanContext, "spanId">, exportSpans: (spans: readonly SpanData[]) => void) {
    this.trace = trace;
    this.#exportSpans = exportSpans;
  }

  /** `isRoot`: the span that all others of the request are in. Those that end later are exported one by one. */
  add(span: SpanData, isRoot: boolean): void {
    if (this.#ended === undefined) {
      this.#exportSpans([span]);
      return;
    }
    if (this.#ended.length >= MAX_SPANS && !isRoot) {
      this.#dropped += 1;
      return;
    }
    const dropped = this.#dropped > 0 ? { "postern.spans.dropped": this.#dropped } : {};
    this.#ended.push(isRoot ? { ...span, attributes: { ...span.attributes, ...dropped } } : span);
    if (!isRoot) return;
    this.#exportSpans(this.#ended);
    this.#ended = undefined;
  }
}
