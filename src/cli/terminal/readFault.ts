/** Why a file cannot be read, as the end of a message that begins with its path: `does not exist`. */
export function readFault(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT") return "does not exist";
  if (code === "ENOTDIR") return "does not exist: a part of the path is a file";
  if (code === "EISDIR") return "is a folder";
  if (code === "EACCES" || code === "EPERM") return "permission denied";
  if (code === "ELOOP") return "is a circle of symbolic links";
  return `cannot be read (${String(code ?? error)})`;
}
