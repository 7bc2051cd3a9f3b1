import { GateError } from "../GateError.ts";

/** The error of a call over a limit. Its body is not read. */
export function tooManyCalls(message: string, retryAfterSeconds: number): GateError {
  return new GateError("too-many-calls", message, { retryAfterSeconds, isBodyUnread: true });
}
