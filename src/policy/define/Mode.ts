/**
 * How much a policy's word counts in a cluster. `enforce`: a denial denies, a patch is applied. `warn`: a denial, a
 * throw or a missed deadline becomes a warning, a patch is reported. `audit`: all of it becomes audit annotations, and
 * the client sees nothing.
 */
export type Mode = "enforce" | "warn" | "audit";

/** Every mode, from the one that counts most. */
export const modes: readonly Mode[] = ["enforce", "warn", "audit"];
