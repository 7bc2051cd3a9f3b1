const KEPT_MS = 1_000;

/**
 * A function that resolves to what `read` resolved to, and keeps it for a second. Strangers may ask for an announcement, and each
 * read of a store is paid for. A read that fails is not kept. Calls that come during a read read too: on Workers a call cannot wait
 * for what another one reads. `now` is in milliseconds.
 */
export function readOncePerSecond<T>(read: () => Promise<T>, now: () => number): () => Promise<T> {
  let kept: { readonly value: T; readonly at: number } | undefined;
  return async () => {
    const at = now();
    // A clock that is set back must not keep a value for longer.
    if (kept !== undefined && at >= kept.at && at - kept.at < KEPT_MS) return kept.value;
    const value = await read();
    kept = { value, at };
    return value;
  };
}
