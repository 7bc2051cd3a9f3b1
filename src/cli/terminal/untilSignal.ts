/**
 * Runs something until SIGTERM or SIGINT, which abort the `AbortSignal` passed to it. Without a listener, Node would
 * ignore SIGTERM when it is the first process of a container.
 */
export async function untilSignal<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
  try {
    return await run(controller.signal);
  } finally {
    process.off("SIGTERM", stop);
    process.off("SIGINT", stop);
  }
}
