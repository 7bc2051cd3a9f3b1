import { readFault } from "../terminal/readFault.ts";

/** Why a file with keys cannot be written, as the end of a message that begins with its path. */
export function writeFault(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EEXIST") return "exists already, and keys are never overwritten; name another file";
  if (code === "ENOENT") return "cannot be written: its folder does not exist";
  return `cannot be written: ${readFault(error)}`;
}
