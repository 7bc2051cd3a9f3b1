import type { Match } from "../../policy/define/Match.ts";
import type { Mode } from "../../policy/define/Mode.ts";
import type { Policy } from "../../policy/define/policy.ts";

/**
 * Built-in policies for one purpose, and their modes:
 *
 *     const pack = packs.baseline({ mode: "warn", exemptNamespaces: ["legacy-*"] });
 *     defineGate({ policies: [...pack.policies], clusters: { production: { identity, modes: pack.modes } } });
 */
export interface Pack {
  /** Such as `baseline`. */
  readonly name: string;
  /** For `policies` of a gate. */
  readonly policies: readonly Policy[];
  /** For `modes` of a cluster. Empty without the option `mode`. */
  readonly modes: Readonly<Record<string, Mode>>;
}

/** Options of packs. */
export interface PackOptions {
  /** The mode of all policies of the pack, in the clusters with its `modes`. Default: the `mode` of each cluster. */
  readonly mode?: Mode;
  /** Namespaces whose objects are not judged, with `*` and `?`. Default: none. */
  readonly exemptNamespaces?: readonly string[];
  /** Names of policies that are left out, such as for one with other options. Default: none. */
  readonly without?: readonly string[];
  /**
   * Which Pod templates the policies on Pods judge, as the option of each of them: a list names custom resources too, such as
   * `[{ group: "argoproj.io", resource: "rollouts", optional: true }]`. Default: those of the built-in kinds.
   */
  readonly podTemplates?: Match["podTemplates"];
}
