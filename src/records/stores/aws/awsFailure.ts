import { TimeLimitError } from "../../../http/TimeLimitError.ts";
import { withTimeLimit } from "../../../http/withTimeLimit.ts";
import { RecordError } from "../../RecordError.ts";

/**
 * Makes a call of the SDK within a time limit in milliseconds. Rejects with {@link RecordError}: that of `call`, or
 * `store-unavailable` for every other failure. `what` names the call, such as `DynamoDB Query`.
 */
export async function callAws<T>(
  what: string,
  limitMs: number,
  call: (abortSignal: AbortSignal) => Promise<T>,
): Promise<T> {
  try {
    return await withTimeLimit(limitMs, call);
  } catch (error) {
    throw awsFailure(what, error);
  }
}

/**
 * The {@link RecordError} of a failed call. Its message has the name of the error, the status and the code of the operating
 * system, and nothing else of the answer. Messages of AWS have ARNs and parts of the request.
 */
export function awsFailure(what: string, error: unknown): RecordError {
  if (error instanceof RecordError) return error;
  if (error instanceof TimeLimitError)
    return new RecordError("store-unavailable", `${what}: no answer within ${error.limitMs} ms`);
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const facts = [
    /^[A-Za-z]{3,60}$/.test(nameOf(error)) && nameOf(error) !== "Error" ? nameOf(error) : "",
    statusOf(error) === 0 ? "" : `status ${statusOf(error)}`,
    /^E[A-Z0-9_]{2,40}$/.test(code) ? code : "",
  ].filter((fact) => fact !== "");
  return new RecordError("store-unavailable", `${what}: ${facts.join(", ") || "the call failed"}`);
}

/** The name of an error, which for an error answer is the code that AWS documents. */
export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : "";
}

/** `$metadata.httpStatusCode`, which every error answer has in the SDK. 0 for other errors. */
export function statusOf(error: unknown): number {
  const metadata = typeof error === "object" && error !== null && "$metadata" in error ? error.$metadata : undefined;
  const status =
    typeof metadata === "object" && metadata !== null && "httpStatusCode" in metadata ? metadata.httpStatusCode : 0;
  return typeof status === "number" ? status : 0;
}
