import type { ParamsParser } from "../policy/define/policy.ts";

/** The `params` of a built-in without parameters for clusters. What a cluster sets would be ignored, so it is refused. */
export const noParams: ParamsParser<object> = {
  parse: (raw) => {
    if (raw === undefined || raw === null) return {};
    throw new TypeError(
      "the policy has no parameters for clusters; make a second one with another name and other options, and set modes",
    );
  },
};
