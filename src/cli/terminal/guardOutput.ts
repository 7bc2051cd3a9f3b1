import type { EventEmitter } from "node:events";

/**
 * Lets a command go on to its exit code when whoever reads its output has gone, as `| head` does: Node by itself ends
 * it with a stack and with 1, which means "denied". `onLost` is called for any other write that failed (a full disk).
 */
export function guardOutput(output: Pick<EventEmitter, "on">, onLost: (code: string) => void): void {
  output.on("error", (error: unknown) => {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    if (code !== "EPIPE") onLost(code);
  });
}
