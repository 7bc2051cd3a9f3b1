import type { SpanData } from "./SpanData.ts";

/** A request has tens of spans. The limit is for a gate with hundreds of policies. */
const MAX_SPANS = 256;

/** What is known of a request when it starts. */
interface RequestStart {
  readonly traceId: string;
  readonly isSampled: boolean;
  /** Whether a request that is not sampled is kept for its notable spans. */
  readonly admitNotable: () => boolean;
}

/** The spans of one request that have ended, until the request has. */
export class TracedRequest {
  readonly traceId: string;
  readonly isSampled: boolean;
  readonly #admitNotable: () => boolean;
  readonly #exportSpans: (spans: readonly SpanData[]) => void;
  /** Set by the first notable child. */
  #isNotable: boolean | undefined;
  #ended: SpanData[] | undefined = [];
  #dropped = 0;

  constructor({ traceId, isSampled, admitNotable }: RequestStart, exportSpans: (spans: readonly SpanData[]) => void) {
    this.traceId = traceId;
    this.isSampled = isSampled;
    this.#admitNotable = admitNotable;
    this.#exportSpans = exportSpans;
  }

  /** Whether its spans are exported, as far as it is known now. */
  get isKept(): boolean {
    return this.isSampled || this.#isNotable === true;
  }

  /** Keeps a request that is not sampled, if there is room for it. */
  keepNotable(): boolean {
    this.#isNotable ??= this.#admitNotable();
    return this.#isNotable;
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
