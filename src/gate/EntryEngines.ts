import type { Policy } from "../policy/define/policy.ts";
import type { CacheMemory } from "../policy/match/CacheMemory.ts";
import { PolicyEngine } from "../policy/run/PolicyEngine.ts";
import { targetKey, versionParts } from "../registration/rules/versionParts.ts";

/** The policies of an entry: all of them, and those of each of its parts. */
export class EntryEngines {
  readonly #whole: PolicyEngine;
  readonly #parts = new Map<string | undefined, PolicyEngine>();

  /** `memory` bounds the caches of the engines. */
  constructor(policies: readonly Policy[], memory?: CacheMemory) {
    this.#whole = new PolicyEngine(policies, undefined, memory);
    const names = new Map<string, string>();
    for (const purpose of ["validate", "mutate"] as const)
      for (const { name, targets } of versionParts(policies, purpose))
        if (name !== undefined)
          for (const target of targets) names.set(`${purpose} ${targetKey(target.policy, target)}`, name);
    for (const part of new Set(names.values()))
      this.#parts.set(
        part,
        // Where only mutators have parts, each has all validators.
        new PolicyEngine(
          policies,
          (policy, target, purpose) => {
            const name = names.get(`${purpose} ${targetKey(policy, target)}`);
            return name === undefined || name === part;
          },
          memory,
        ),
      );
  }

  /** The policies of a part. Of the whole entry for a part that it does not have, or without one. */
  for(part: string | undefined): PolicyEngine {
    return this.#parts.get(part) ?? this.#whole;
  }
}
