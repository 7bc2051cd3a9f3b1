import type { Telemetry } from "../../telemetry/Telemetry.ts";

/** Between two looks at what is due. A queue of 2,048 spans holds what 200 sampled reviews a second make. */
const EVERY_MS = 1_000;
/** How long the end of a process waits for its last export. */
const LAST_MS = 3_000;

/** Exports what is due each second, without holding the process. Returns the function that ends it, with a last export. */
export function flushRegularly(telemetry: Telemetry): () => Promise<void> {
  const timer = setInterval(() => {
    if (telemetry.isDue) void telemetry.flush();
  }, EVERY_MS).unref();
  return async () => {
    clearInterval(timer);
    await flushWithin(telemetry, LAST_MS, true);
  };
}

/** Exports what is due, and resolves when it is done or the time is over. What takes longer goes on. */
export async function flushWithin(telemetry: Telemetry, limitMs: number, isLast = false): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([telemetry.flush(isLast), over]);
  clearTimeout(timer);
}
