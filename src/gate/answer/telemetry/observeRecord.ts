import type { GateDependencies } from "../../GateDependencies.ts";
import type { AdmissionCall } from "../Call.ts";
import { callClock } from "./endCall.ts";

/** Reports the write of a decision record: the span `record`, and how long it took. Settles as the write does. */
export async function observeRecord<T>(
  { span }: AdmissionCall,
  deps: GateDependencies,
  write: () => Promise<T>,
): Promise<T> {
  const { tracer, metrics } = deps;
  if (tracer === undefined && metrics === undefined) return write();
  const now = callClock(deps);
  const startedAt = now();
  const child = span.child("record");
  try {
    const written = await write();
    metrics?.recordCommitted(now() - startedAt);
    return written;
  } catch (error) {
    const code: unknown = error instanceof Error && "code" in error ? error.code : undefined;
    metrics?.recordError(typeof code === "string" ? code : "unknown");
    child.recordError(error);
    throw error;
  } finally {
    child.end();
  }
}
