import type { LogProperties } from "../Log.ts";

/** The facts of the request in progress, for its log lines. A function: ids are made when a line is written. */
export type RequestFacts = () => LogProperties;

/** Carries the facts of a request through everything that it calls, promises included. */
export interface AsyncContext {
  /** Calls `call` for the request with these facts, and returns its result. */
  run<T>(facts: RequestFacts, call: () => T): T;
  /** The facts of the request that runs now; undefined outside of one. */
  get(): RequestFacts | undefined;
}
