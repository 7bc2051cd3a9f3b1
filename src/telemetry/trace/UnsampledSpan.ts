import type { Attributes, ChildOptions, Span, SpanContext } from "./Span.ts";

/** What makes the ids and the record of {@link UnsampledSpan}s. `Start` is what is known when a request starts. */
export interface SpanSource<Start> {
  /** Makes the ids of a span. Called at most once for each. */
  identify(start: Start): SpanContext;
  /** Makes the span that is exported; undefined when there is no room for another. Called at most once for each. */
  keep(start: Start, context: SpanContext): Span | undefined;
}

/**
 * The server span of a request that is not sampled. Most are, so nothing is made before it is asked for. With its first notable
 * child it is kept.
 */
export class UnsampledSpan<Start> implements Span {
  readonly isRecording = false;
  readonly #source: SpanSource<Start>;
  readonly #start: Start;
  #context: SpanContext | undefined;
  #passed: PassedSpan | undefined;
  /** Null when there was no room for it. */
  #kept: Span | null | undefined;

  constructor(source: SpanSource<Start>, start: Start) {
    this.#source = source;
    this.#start = start;
  }

  get context(): SpanContext {
    this.#context ??= this.#source.identify(this.#start);
    return this.#context;
  }

  child(name: string, options?: ChildOptions): Span {
    if (options?.isNotable === true) {
      this.#kept ??= this.#source.keep(this.#start, this.context) ?? null;
      if (this.#kept !== null) return this.#kept.child(name, options);
    }
    this.#passed ??= new PassedSpan(this);
    return this.#passed;
  }

  setAttributes(attributes: Attributes): void {
    this.#kept?.setAttributes(attributes);
  }

  addEvent(name: string, attributes?: Attributes): void {
    this.#kept?.addEvent(name, attributes);
  }

  recordError(error: unknown): void {
    this.#kept?.recordError(error);
  }

  end(): void {
    this.#kept?.end();
  }
}

/** A child that is not recorded. Its notable children belong to the span above it. */
export class PassedSpan implements Span {
  readonly isRecording = false;
  readonly #above: Span;

  constructor(above: Span) {
    this.#above = above;
  }

  get context(): SpanContext {
    return this.#above.context;
  }

  child(name: string, options?: ChildOptions): Span {
    return options?.isNotable === true ? this.#above.child(name, options) : this;
  }
  setAttributes(): void {}
  addEvent(): void {}
  recordError(): void {}
  end(): void {}
}
