import type { Policy } from "../../policy/define/policy.ts";

const NO_PARAMS = Object.freeze({});

/** Parses the parameters that a cluster sets for a policy; undefined for none. Throws what the `params` of the policy throws. */
export function parseParams(policy: Policy, raw: unknown): unknown {
  return policy.params === undefined ? (raw ?? NO_PARAMS) : policy.params.parse(raw);
}
