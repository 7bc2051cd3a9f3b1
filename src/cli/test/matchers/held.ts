/** What a matcher returns to vitest. */
export interface Matched {
  readonly pass: boolean;
  readonly message: () => string;
}

/** What a matcher needs of vitest. */
export interface MatcherScope {
  /** Whether it is called behind `.not`. */
  readonly isNot?: boolean;
  /** The test that runs. */
  readonly task?: unknown;
}

/**
 * The result of a matcher. Its test waits for it and fails with it, also where nobody awaits it: vitest does so only for its own
 * matchers.
 */
export function held({ isNot = false, task }: MatcherScope, run: () => Promise<Matched>): Promise<Matched> {
  const matched = Promise.resolve().then(run);
  if (typeof task !== "object" || task === null) return matched;
  const pending = pendingOf(task);
  const checked = matched.then(({ pass, message }) => {
    if (pass === isNot) throw new Error(message());
  });
  pending?.push(checked);
  // One that is awaited has settled before the test ends.
  const forget = (): void => {
    const index = pending?.indexOf(checked) ?? -1;
    if (index >= 0) pending?.splice(index, 1);
  };
  checked.then(forget, forget);
  return matched;
}

/** The promises for which a test of vitest waits at its end (`Test.promises`). */
function pendingOf(task: object): unknown[] | undefined {
  const known: unknown = Reflect.get(task, "promises");
  if (Array.isArray(known)) return known;
  const made: unknown[] = [];
  return known === undefined && Reflect.set(task, "promises", made) ? made : undefined;
}
