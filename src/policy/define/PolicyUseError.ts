/** Marks the class also where a bundled gate has its own copy of it. */
const REPORTABLE = Symbol.for("postern.reportable");

/** Postern says what is wrong with a policy or an object. The message may be logged: it has paths, and no values of the object. */
export class PolicyUseError extends Error {
  readonly [REPORTABLE] = true;
  /** Which rule. */
  readonly code: string;
  constructor(name: string, code: string, message: string) {
    super(message);
    this.name = name;
    this.code = code;
  }
}

/** Whether an error is a {@link PolicyUseError}. */
export function isPolicyUseError(error: unknown): error is PolicyUseError {
  return error instanceof Error && REPORTABLE in error;
}
