/** What can be installed. */
export const COMPONENTS = ["sync", "watch", "gate", "rollout", "tls-sidecar"] as const;

/** The name of something that can be installed. */
export type ComponentName = (typeof COMPONENTS)[number];
