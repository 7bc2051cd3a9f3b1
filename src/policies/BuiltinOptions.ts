import type { NamespaceMatch } from "../policy/match/namespaceMatcher.ts";

/** What every built-in policy takes. */
export interface BuiltinOptions {
  /** The policy's name, where a gate has the same built-in twice. Default: the built-in's own, such as `deny-labels`. */
  readonly name?: string;
  /** Default: every namespace that a registration sends. */
  readonly namespaces?: NamespaceMatch;
}
