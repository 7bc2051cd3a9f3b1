import { afterAll, beforeAll, it } from "vitest";
import { patience } from "../../run/speedFactor.ts";

/** Number of tests that run at the same time. Each starts a few processes. */
const CONCURRENCY = 3;
/** For one test, which may have to wait for others. */
const TIMEOUT_MS = patience(400_000);

/** Independent tests that mostly wait, by title. */
export type ConcurrentTests = Readonly<Record<string, () => Promise<void>>>;

type Result = { readonly error?: unknown };

/**
 * Registers tests that run concurrently, {@link CONCURRENCY} at a time. Each is reported as a separate test. Call it in
 * a `describe`. Vitest's `concurrent` is not used: its tests share the spies on the console.
 */
export function concurrentTests(tests: ConcurrentTests): void {
  const results = new Map<string, Promise<Result>>();

  beforeAll(() => {
    const lanes: Promise<unknown>[] = Array.from({ length: CONCURRENCY }, () => Promise.resolve());
    for (const [index, [title, run]] of Object.entries(tests).entries()) {
      const result = (lanes[index % CONCURRENCY] ?? Promise.resolve()).then(run).then(
        () => ({}),
        (error: unknown) => ({ error }),
      );
      lanes[index % CONCURRENCY] = result;
      results.set(title, result);
    }
  });

  // Waits for all tests before their cluster is stopped.
  afterAll(async () => {
    await Promise.all(results.values());
  }, TIMEOUT_MS);

  it.each(Object.keys(tests))("%s", { timeout: TIMEOUT_MS }, async (title) => {
    const result = await results.get(title);
    if (result === undefined) throw new Error(`${title} was not started`);
    if ("error" in result) throw result.error;
  });
}
