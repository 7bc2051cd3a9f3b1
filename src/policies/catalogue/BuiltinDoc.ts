/** A parameter or an option of a built-in policy. */
export interface ParameterDoc {
  readonly name: string;
  /** As TypeScript, such as `string[]`. */
  readonly type: string;
  /** As TypeScript or in words; `required` where there is none. */
  readonly default: string;
  readonly meaning: string;
}

/**
 * What people read of a built-in policy, on its page and from `postern explain`. `npm run docs` makes it of the source, its doc
 * comments and the catalogue.
 */
export interface BuiltinDoc {
  /** The name of the function: `requireRegistries`. */
  readonly builtin: string;
  /** The name of the policy: `require-registries`. */
  readonly name: string;
  /** The folder of its source and its page: `images`. */
  readonly subject: string;
  /** `validator` or `mutator`. */
  readonly kind: string;
  /** Resources such as `pods`. */
  readonly resources: readonly string[];
  /** Whether it also judges or changes Pod templates, without an option. */
  readonly podTemplates: boolean;
  readonly description: string;
  /** The doc comment of the function. */
  readonly about: string;
  /** What goes wrong without it. */
  readonly why: string;
  readonly parameters: readonly ParameterDoc[];
  /** Such as `CIS 5.2.2`. */
  readonly controls: readonly string[];
  /** `yes`, `in part` or `no`: whether the API server can judge by it too. */
  readonly native: string;
  /** Why not, or not wholly. */
  readonly reasons: readonly string[];
  /** Options of the examples, as TypeScript. Empty where none are needed. */
  readonly options: string;
  /** A manifest that it allows; for a mutator, the object before. */
  readonly passing: string;
  /** A manifest that it denies; for a mutator, the object after. */
  readonly failing: string;
  /** What it says of `failing`. Empty for a mutator. */
  readonly messages: readonly string[];
  /** The fields that it judges or sets, such as `spec.containers[].image`. Those of Pod templates are named as in a Pod. */
  readonly fields: readonly string[];
}

/** What people read of a pack. */
export interface PackDoc {
  /** The name in `packs`: `bestPractices`. */
  readonly name: string;
  readonly about: string;
  readonly policies: readonly { readonly name: string; readonly description: string }[];
}

/** The content of `builtins.json`. */
export interface BuiltinDocs {
  readonly builtins: readonly BuiltinDoc[];
  readonly packs: readonly PackDoc[];
}
