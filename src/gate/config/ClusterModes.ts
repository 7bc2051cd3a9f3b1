import { type Mode, modes } from "../../policy/define/Mode.ts";
import { namespaceMatcher } from "../../policy/match/namespaceMatcher.ts";
import type { Cluster } from "./Cluster.ts";
import { GateConfigError } from "./GateConfigError.ts";
import { readNamespaces } from "./readTexts.ts";
import type { StagesByPolicy } from "./StagesByPolicy.ts";

/** Modes within some namespaces of a cluster. */
interface NamespaceModes {
  readonly isIn: (namespace: string) => boolean;
  readonly mode: Mode | undefined;
  readonly modes: ReadonlyMap<string, Mode>;
}

/** The longest name of a namespace. */
const MAX_NAMESPACE_LENGTH = 63;
const NO_MODES: ReadonlyMap<string, Mode> = new Map();

/**
 * The modes of policies in one cluster. The first line of the table that holds decides:
 *
 * | # | holds | mode |
 * |---|---|---|
 * | 1 | a stage of the policy, for the cluster and the namespace, has begun | that of the stage that began last; of those that began together, the strictest |
 * | 2 | a stage of it is to begin, and an element of `namespaces` that matches names the policy | that of the first such element |
 * | 3 | a stage of it is to begin, and `modes` of the cluster names the policy | that one |
 * | 4 | a stage of it is to begin | `audit`: nobody is denied before the first date |
 * | 5 | an element of `namespaces` that matches names the policy or has a `mode` | that of the first such element |
 * | 6 | `modes` of the cluster names the policy | that one |
 * | 7 | the cluster has a `mode` | that one |
 * | 8 | else | `enforce` |
 */
export class ClusterModes {
  readonly #mode: Mode;
  readonly #modes: ReadonlyMap<string, Mode>;
  readonly #namespaces: readonly NamespaceModes[];
  readonly #stages: StagesByPolicy;

  /** `path` is that of the cluster in the gate. Throws {@link GateConfigError}. */
  constructor(
    path: string,
    { mode = "enforce", modes: named, namespaces = [] }: Pick<Cluster, "mode" | "modes" | "namespaces">,
    stages: StagesByPolicy,
  ) {
    this.#mode = mode;
    this.#modes = named === undefined ? NO_MODES : new Map(Object.entries(named));
    this.#namespaces = namespaces.map(({ names, mode, modes = {} }, index) => {
      const at = `${path}.namespaces[${index}]`;
      const include = readNamespaces(`${at}.names`, names) ?? [];
      if (mode === undefined && Object.keys(modes).length === 0)
        throw new GateConfigError(at, "has neither a mode nor modes");
      return { isIn: namespaceMatcher({ include }), mode, modes: new Map(Object.entries(modes)) };
    });
    this.#stages = stages;
  }

  /** The mode of a policy in a namespace, which is empty for cluster-scoped objects, at a time. */
  modeIn(policy: string, namespace: string, now: number): Mode {
    // No namespace has such a name, and every pattern matches it.
    if (namespace.length > MAX_NAMESPACE_LENGTH) return this.strictest(policy);
    let isPlanned = false;
    for (const { isIn, sinceMs, mode } of this.#stages.of(policy)) {
      if (isIn?.(namespace) === false) continue;
      if (sinceMs <= now) return mode;
      isPlanned = true;
    }
    const here = this.#namespaces.length === 0 ? [] : this.#namespaces.filter(({ isIn }) => isIn(namespace));
    if (isPlanned) {
      const named = here.find(({ modes: own }) => own.has(policy))?.modes.get(policy);
      return named ?? this.#modes.get(policy) ?? "audit";
    }
    for (const { mode, modes: own } of here) {
      const found = own.get(policy) ?? mode;
      if (found !== undefined) return found;
    }
    return this.#modes.get(policy) ?? this.#mode;
  }

  /** The strictest mode that a policy has in any namespace, now or later. What was before is not known without a time. */
  strictest(policy: string): Mode {
    const stages = this.#stages.of(policy);
    const isStagedEverywhere = stages.some(({ isIn }) => isIn === undefined);
    const named = this.#modes.get(policy);
    const found = stages.map(({ mode }) => mode);
    if (stages.length === 0 || !isStagedEverywhere || named !== undefined) found.push(named ?? this.#mode);
    for (const { mode, modes: own } of this.#namespaces) {
      const one = own.get(policy) ?? (isStagedEverywhere ? undefined : mode);
      if (one !== undefined) found.push(one);
    }
    return strictestOf(found);
  }

  /** Whether the mode of a policy depends on the namespace or the time. */
  varies(policy: string): boolean {
    return this.#namespaces.length > 0 || this.#stages.of(policy).length > 0;
  }

  /** Whether all policies have the same mode in all namespaces at all times. */
  get isPlain(): boolean {
    return this.#namespaces.length === 0 && this.#stages.isEmpty;
  }
}

/** The strictest of at least one mode. */
function strictestOf(found: readonly Mode[]): Mode {
  return modes.find((mode) => found.includes(mode)) ?? "enforce";
}
