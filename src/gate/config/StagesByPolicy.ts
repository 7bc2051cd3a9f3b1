import { modes } from "../../policy/define/Mode.ts";
import type { Stage } from "./Stage.ts";

/** The stages of a cluster by policy. Clusters that have the same share them. */
export class StagesByPolicy {
  readonly #all: readonly Stage[];
  readonly #byPolicy = new Map<string, readonly Stage[]>();

  constructor(all: readonly Stage[]) {
    this.#all = all;
  }

  get isEmpty(): boolean {
    return this.#all.length === 0;
  }

  /** Those of a policy: the one that begins last first, and of those that begin together the strictest. */
  of(policy: string): readonly Stage[] {
    if (this.isEmpty) return this.#all;
    const known = this.#byPolicy.get(policy);
    if (known !== undefined) return known;
    const found = this.#all
      .filter(({ isFor }) => isFor(policy))
      .sort((left, right) => right.sinceMs - left.sinceMs || modes.indexOf(left.mode) - modes.indexOf(right.mode));
    this.#byPolicy.set(policy, found);
    return found;
  }
}
