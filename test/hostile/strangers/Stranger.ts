import type { Target } from "../Target.ts";

/** One kind of attack, without credentials. Calls `count` for each attempt, until the signal aborts. Never rejects. */
export type Stranger = (target: Target, signal: AbortSignal, count: () => void) => Promise<void>;
