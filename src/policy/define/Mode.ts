/**
 * The effect of a policy in a cluster. `enforce`: a denial denies, and a patch is applied. `warn`: a denial, an error or
 * a missed deadline becomes a warning, and a patch is only reported. `audit`: all of these become audit annotations, and
 * the client sees nothing.
 */
export type Mode = "enforce" | "warn" | "audit";

/** All modes, the strictest first. */
export const modes: readonly Mode[] = ["enforce", "warn", "audit"];
