import { checkMatch } from "../../policy/define/checkMatch.ts";
import { modes } from "../../policy/define/Mode.ts";
import { PolicyDefinitionError } from "../../policy/define/PolicyDefinitionError.ts";
import type { Policy } from "../../policy/define/policy.ts";
import { isJsonObject } from "../../protocol/Json.ts";
import type { Pack, PackOptions } from "./Pack.ts";

const KNOWN: readonly string[] = ["mode", "exemptNamespaces", "without", "podTemplates"];

/** Makes a pack of policies. Throws {@link PolicyDefinitionError} for options that it does not have. */
export function makePack(name: string, policies: readonly Policy[], options: PackOptions): Pack {
  const pack = `packs.${name}`;
  checkPackOptions(pack, options);
  const { mode, exemptNamespaces = [], without = [], podTemplates } = options;
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
    policies: Object.freeze(chosen.map((policy) => exempting(withTemplates(policy, podTemplates), exemptNamespaces))),
    modes: Object.freeze(mode === undefined ? {} : Object.fromEntries(chosen.map((policy) => [policy.name, mode]))),
  });
}

/** Unknown options would be ignored without notice. A pack has no name and no namespaces of its own. */
function checkPackOptions(pack: string, options: unknown): void {
  if (!isJsonObject(options)) throw new PolicyDefinitionError(pack, "options", "is not an object");
  for (const key of Object.keys(options))
    if (!KNOWN.includes(key))
      throw new PolicyDefinitionError(
        pack,
        `options.${key}`,
        `is unknown; known are ${KNOWN.join(", ")}. For other options of one policy, leave it out with "without", and add it by itself`,
      );
}

/** A policy that judges other Pod templates. Those that judge none stay. */
function withTemplates(policy: Policy, podTemplates: PackOptions["podTemplates"]): Policy {
  if (podTemplates === undefined || policy.match.podTemplates !== true) return policy;
  const match = { ...policy.match, podTemplates };
  checkMatch(policy.name, match);
  return Object.freeze({ ...policy, match });
}

/** A policy that does not judge more namespaces than before. Those that it includes itself stay. */
function exempting(policy: Policy, namespaces: readonly string[]): Policy {
  if (namespaces.length === 0) return policy;
  const { exclude = [], ...rest } = policy.match.namespaces ?? {};
  const match = { ...policy.match, namespaces: { ...rest, exclude: [...exclude, ...namespaces] } };
  checkMatch(policy.name, match);
  return Object.freeze({ ...policy, match });
}
