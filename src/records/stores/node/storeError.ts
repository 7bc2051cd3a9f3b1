import { RecordError } from "../../RecordError.ts";

/** The error of a store on a disk. The cause names the system call or SQLite's message, and no content. */
export function storeError(doing: string, cause: unknown): RecordError {
  if (cause instanceof RecordError) return cause;
  const why = cause instanceof Error ? cause.message : typeof cause;
  return new RecordError("store-unavailable", `${doing} failed: ${why}`, { cause });
}

/** The error of a reader of a store: what to do where permission is missing. */
export function readError(path: string, cause: unknown): RecordError {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code !== "EACCES" && code !== "EPERM") return storeError(`reading ${path}`, cause);
  const message = `${path}: permission denied; read it as the user of the gate, or let its group read it`;
  return new RecordError("store-unavailable", message, { cause });
}
