import { afterAll, beforeAll, it } from "vitest";
import { patience } from "../run/speedFactor.ts";

/** How many run at a time: each has a few processes of its own. */
const LANES = 3;
/** For one, which may have to wait for others of its kind. In milliseconds. */
const PATIENCE = patience(400_000);

/** Tests that wait most of the time and do not touch each other, by title. */
export type SideBySide = Readonly<Record<string, () => Promise<void>>>;

type End = { readonly error?: unknown };

/**
 * Registers tests that run beside each other, {@link LANES} at a time, each with a test of its own that passes or fails as
 * it does. For a `describe`. Vitest's own `concurrent` shares the spies that every test has on the console.
 */
export function sideBySide(tests: SideBySide): void {
  const ends = new Map<string, Promise<End>>();

  beforeAll(() => {
    const lanes: Promise<unknown>[] = Array.from({ length: LANES }, () => Promise.resolve());
    for (const [index, [title, run]] of Object.entries(tests).entries()) {
      const end = (lanes[index % LANES] ?? Promise.resolve()).then(run).then(
        () => ({}),
        (error: unknown) => ({ error }),
      );
      lanes[index % LANES] = end;
      ends.set(title, end);
    }
  });

  // None is left at work when what they work on is stopped.
  afterAll(async () => {
    await Promise.all(ends.values());
  }, PATIENCE);

  it.each(Object.keys(tests))("%s", { timeout: PATIENCE }, async (title) => {
    const end = await ends.get(title);
    if (end === undefined) throw new Error(`${title} was not started`);
    if ("error" in end) throw end.error;
  });
}
