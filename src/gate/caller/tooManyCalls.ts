import { GateError } from "../GateError.ts";

/**
 * The error of a call over a limit:
 *
 * | limit of | the rest of the body |
 * |---|---|
 * | the refused calls of an address | is not read by the gate: nobody knows the caller |
 * | a cluster | is discarded. Its connection stays, where another handshake costs more than a verdict, and the answer reaches the API server, which tries again |
 */
export function tooManyCalls(of: "address" | "cluster", retryAfterSeconds: number): GateError {
  if (of === "cluster")
    return new GateError("too-many-calls", "the cluster makes too many calls; try again", { retryAfterSeconds });
  const message = "too many calls of this address were refused; try again";
  return new GateError("too-many-calls", message, { retryAfterSeconds, body: "untouched" });
}
