import type { Policy } from "../../policy/define/policy.ts";

/** What the catalogue says of a built-in policy. It is for people, and in no gate's bundle. */
export interface CatalogueEntry {
  /** The name of the function that `postern/policies` exports, such as `requireRegistries`. */
  readonly builtin: string;
  /** Makes the policy with options that fit the examples. */
  readonly make: () => Policy;
  /** These options as TypeScript, such as `{ allowed: ["registry.example.com/"] }`; empty where none are needed. */
  readonly options: string;
  /** What goes wrong without it. One or two sentences. */
  readonly why: string;
  /** Where it is asked for: `PSS baseline: Privileged Containers`, `CIS 5.2.2`, `NSA: Pod security`. */
  readonly controls: readonly string[];
  /** Fields that it reads or sets beside those of its findings and examples, such as `spec.securityContext.runAsUser`. Default: none. */
  readonly fields?: readonly string[];
  /** A manifest that the policy allows: YAML. For a mutator, the object before. */
  readonly passing: string;
  /** A manifest that it denies; for a mutator, the object after. */
  readonly failing: string;
}
