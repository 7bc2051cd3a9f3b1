import { checkMatch } from "../../policy/define/checkMatch.ts";
import { modes } from "../../policy/define/Mode.ts";
import { PolicyDefinitionError } from "../../policy/define/PolicyDefinitionError.ts";
import type { Policy } from "../../policy/define/policy.ts";
import { checkOptions } from "../BuiltinOptions.ts";
import type { Pack, PackOptions } from "./Pack.ts";

/** Makes a pack of policies. Throws {@link PolicyDefinitionError} for options that it does not have. */
export function makePack(name: string, policies: readonly Policy[], options: PackOptions): Pack {
  const pack = `packs.${name}`;
  checkOptions(pack, options, ["mode", "exemptNamespaces", "without"]);
  const { mode, exemptNamespaces = [], without = [] } = options;
  if (mode !== undefined && !modes.includes(mode))
    throw new PolicyDefinitionError(pack, "options.mode", `is ${JSON.stringify(mode)}, not one of ${modes.join(", ")}`);
  for (const key of ["exemptNamespaces", "without"] as const)
    if (!Array.isArray(options[key] === undefined ? [] : options[key]))
      throw new PolicyDefinitionError(pack, `options.${key}`, "is not a list of names");
  const names = policies.map((policy) => policy.name);
  for (const one of without)
    if (!names.includes(one))
      throw new PolicyDefinitionError(
        pack,
        "options.without",
        `has ${JSON.stringify(one)}; known are ${names.join(", ")}`,
      );
  const chosen = policies.filter((policy) => !without.includes(policy.name));
  return Object.freeze({
    name,
    policies: Object.freeze(chosen.map((policy) => exempting(policy, exemptNamespaces))),
    modes: Object.freeze(mode === undefined ? {} : Object.fromEntries(chosen.map((policy) => [policy.name, mode]))),
  });
}

/** A policy that does not judge more namespaces than before. Those that it includes itself stay. */
function exempting(policy: Policy, namespaces: readonly string[]): Policy {
  if (namespaces.length === 0) return policy;
  const { exclude = [], ...rest } = policy.match.namespaces ?? {};
  const match = { ...policy.match, namespaces: { ...rest, exclude: [...exclude, ...namespaces] } };
  checkMatch(policy.name, match);
  return Object.freeze({ ...policy, match });
}
