/** The namespaces of the objects. The names of some are in conditions. */
export const NAMESPACES = ["shop", "operators", "default"] as const;

/** The ServiceAccounts that each of them has. */
export const SERVICE_ACCOUNTS = ["default", "web", "operator"] as const;

/** One without ServiceAccounts, which can all be created there. */
export const EMPTY_NAMESPACE = "empty";
