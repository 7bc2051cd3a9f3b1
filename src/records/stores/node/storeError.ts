import { RecordError } from "../../RecordError.ts";

/** The error of a store on a disk. The cause names the system call or SQLite's message, and no content. */
export function storeError(doing: string, cause: unknown): RecordError {
  if (cause instanceof RecordError) return cause;
  const why = cause instanceof Error ? cause.message : typeof cause;
  return new RecordError("store-unavailable", `${doing} failed: ${why}`, { cause });
}
