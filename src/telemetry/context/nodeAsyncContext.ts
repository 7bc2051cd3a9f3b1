import { AsyncLocalStorage } from "node:async_hooks";
import type { AsyncContext, RequestFacts } from "./AsyncContext.ts";

/**
 * An {@link AsyncContext} by `AsyncLocalStorage`: for Node and Lambda, and for Workers with the compatibility flag
 * `nodejs_als`. Only such a Worker may import this file.
 */
export function nodeAsyncContext(): AsyncContext {
  const storage = new AsyncLocalStorage<RequestFacts>();
  return {
    run: (facts, call) => storage.run(facts, call),
    get: () => storage.getStore(),
  };
}
