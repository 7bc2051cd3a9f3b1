import { PolicyDefinitionError } from "../../policy/define/PolicyDefinitionError.ts";
import type { Policy } from "../../policy/define/policy.ts";
import { isJsonObject } from "../../protocol/Json.ts";
import type { PodSecurityLevel } from "./controlsOf.ts";
import { type PodSecurityOptions, podSecurity } from "./podSecurity.ts";

/** The label of a namespace with its level. The API server's own admission reads it as well. */
const LEVEL_LABEL = "pod-security.kubernetes.io/enforce";
const LEVELS: readonly PodSecurityLevel[] = ["baseline", "restricted"];

/** Options of {@link podSecurityByLabel}. */
export interface PodSecurityByLabelOptions extends Omit<PodSecurityOptions, "level" | "name"> {
  /** The level of namespaces without the label. Default: `privileged`, which demands nothing. */
  readonly unlabelled?: PodSecurityLevel | "privileged";
}

/** The parts of a gate for Pod Security by the labels of namespaces. */
export interface PodSecurityParts {
  readonly policies: readonly Policy[];
  /** An entry for each level, with its `namespaceSelector`. */
  readonly entries: Readonly<Record<string, PodSecurityEntry>>;
}

/** One level: which namespaces have it. */
export interface PodSecurityEntry {
  readonly policies: readonly string[];
  readonly namespaceSelector: {
    readonly matchExpressions: readonly {
      readonly key: string;
      readonly operator: "In" | "NotIn" | "Exists";
      readonly values?: readonly string[];
    }[];
  };
}

/**
 * Pod Security whose level is a label of the namespace: `pod-security.kubernetes.io/enforce`. A review has no labels of namespaces, so
 * there is one policy and one entry for each level, and `postern render` writes the labels as `namespaceSelector`. Spread both
 * parts into the gate. Throws {@link PolicyDefinitionError}.
 */
export function podSecurityByLabel(given: PodSecurityByLabelOptions = {}): PodSecurityParts {
  if (!isJsonObject(given as unknown)) throw new PolicyDefinitionError("pod-security", "options", "is not an object");
  for (const key of ["level", "name"])
    if (Object.hasOwn(given, key))
      throw new PolicyDefinitionError("pod-security", `options.${key}`, "is that of each level; remove it");
  const { unlabelled = "privileged", ...options } = given;
  if (unlabelled !== "privileged" && !LEVELS.includes(unlabelled))
    throw new PolicyDefinitionError(
      "pod-security",
      "options.unlabelled",
      `is ${JSON.stringify(unlabelled)}, not "privileged", "baseline" or "restricted"`,
    );
  const policies = LEVELS.map((level) => podSecurity({ ...options, level }));
  return {
    policies,
    entries: Object.fromEntries(
      LEVELS.map((level, index) => [
        `pod-security-${level}`,
        {
          policies: [policies[index]?.name ?? ""],
          namespaceSelector: selectorOf(level, level === unlabelled),
        },
      ]),
    ),
  };
}

/** The expressions that select the namespaces of a level. `NotIn` also selects namespaces without the label. */
function selectorOf(level: PodSecurityLevel, withUnlabelled: boolean): PodSecurityEntry["namespaceSelector"] {
  const others = ["privileged", ...LEVELS].filter((other) => other !== level);
  const not = { key: LEVEL_LABEL, operator: "NotIn", values: others } as const;
  if (withUnlabelled) return { matchExpressions: [not] };
  // A value that is no level counts as restricted, as in the API server (`PolicyToEvaluate`, k8s.io/pod-security-admission/api).
  if (level === "restricted") return { matchExpressions: [{ key: LEVEL_LABEL, operator: "Exists" }, not] };
  return { matchExpressions: [{ key: LEVEL_LABEL, operator: "In", values: [level] }] };
}
