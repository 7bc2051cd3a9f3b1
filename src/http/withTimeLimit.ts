import { TimeLimitError } from "./TimeLimitError.ts";

/**
 * Settles as `work` does, or rejects with {@link TimeLimitError} when the limit is over, whatever `work` does by then. The
 * signal is aborted at that time. Unlike `AbortSignal.timeout`, the timer keeps the process alive: a process whose last
 * promise nothing can settle any more ends with exit code 13.
 */
export async function withTimeLimit<T>(limitMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new TimeLimitError(limitMs);
      // Before the abort, for which `work` may have another error.
      reject(error);
      controller.abort(error);
    }, limitMs);
  });
  try {
    return await Promise.race([work(controller.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}
