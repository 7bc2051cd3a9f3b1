/** Names of the two certificates. Without a second one, only `main` is used. */
export type Slot = "main" | "standby";

/** Both slots, in order of preference. */
export const SLOTS = ["main", "standby"] as const satisfies readonly Slot[];
