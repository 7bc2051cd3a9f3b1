/** What of a gate changed. */
export type ChangeKind =
  | "policy"
  | "cluster"
  | "mode"
  | "exception"
  | "match"
  | "option"
  | "entry"
  | "params"
  | "version"
  | "object"
  | "lookup";

/** A difference between two gates that matters. */
export interface GateChange {
  /**
   * `loosened`: what the old gate denied, the new one may not. `changed`: it is not known which way. `not compared`: it cannot
   * be compared, and counts as loosened.
   */
  readonly result: "loosened" | "changed" | "not compared";
  readonly kind: ChangeKind;
  readonly policy?: string;
  /** Undefined: in all clusters. */
  readonly clusters?: readonly string[];
  /** Patterns of namespaces, and words for those without a name. Undefined: in all. */
  readonly namespaces?: readonly string[];
  /** Of what, where the kind does not say it: an entry, an object with its file. */
  readonly subject?: string;
  readonly from: string;
  readonly to: string;
  /** In milliseconds since 1970. Undefined: now. */
  readonly sinceMs?: number;
}

/** The same change in several clusters as one. The order stays. */
export function joinClusters(changes: readonly GateChange[]): GateChange[] {
  const joined = new Map<string, GateChange>();
  for (const change of changes) {
    const { clusters, ...rest } = change;
    const key = JSON.stringify([rest, clusters === undefined]);
    const before = joined.get(key);
    joined.set(
      key,
      before === undefined
        ? change
        : { ...before, ...(clusters && { clusters: [...(before.clusters ?? []), ...clusters] }) },
    );
  }
  return [...joined.values()];
}
