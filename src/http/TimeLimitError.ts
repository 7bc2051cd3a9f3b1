/** The time limit of some work is over. */
export class TimeLimitError extends Error {
  readonly code = "too-late";
  /** The time limit. */
  readonly limitMs: number;
  constructor(limitMs: number) {
    super(`no answer within ${limitMs} ms`);
    this.name = "TimeLimitError";
    this.limitMs = limitMs;
  }
}
