import { builtinPolicies } from "../../../../src/policies/builtinPolicies.ts";
import { catalogue } from "../../../../src/policies/catalogue/catalogue.ts";
import { podSecurity } from "../../../../src/policies/pod-security/podSecurity.ts";
import type { Policy } from "../../../../src/policy/define/policy.ts";

/**
 * Every validator of the library: at its defaults, or with the options of the catalogue where it needs some. Pod Security
 * is there at both levels.
 */
export function corpusPolicies(): readonly Policy[] {
  const all = catalogue.map(({ make }) => {
    const example = make();
    return builtinPolicies.get(example.name)?.() ?? example;
  });
  return [podSecurity({ level: "baseline" }), ...all].filter(({ validate }) => validate !== undefined);
}
