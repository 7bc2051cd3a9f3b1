import type { LogProperties } from "../Log.ts";
import type { Span } from "../trace/Span.ts";

/** The request in progress. */
export interface RequestFacts {
  /** The facts of its log lines. A function: ids are made when a line is written. */
  (): LogProperties;
  /** Its span; undefined where there is none. */
  readonly span?: Span;
}

/** Carries the facts of a request through everything that it calls, promises included. */
export interface AsyncContext {
  /** Calls `call` for the request with these facts, and returns its result. */
  run<T>(facts: RequestFacts, call: () => T): T;
  /** The facts of the request that runs now; undefined outside of one. */
  get(): RequestFacts | undefined;
}
