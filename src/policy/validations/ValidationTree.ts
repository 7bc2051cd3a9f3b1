import type { Validation } from "./Validation.ts";

/** A validation, and its place in the list of its policy. */
export interface PlacedValidation {
  readonly validation: Validation;
  readonly index: number;
  /** The members of its `at`, unless that depends on the case. */
  readonly field: readonly string[];
  /** Of its `when` among the different ones of the policy; -1 without one. */
  readonly when: number;
}

/** What is asked at a place in an object, and below it. */
export interface ValidationNode {
  /** Of the value at this place. */
  readonly validations: PlacedValidation[];
  /** By name. */
  readonly members: { readonly name: string; readonly node: ValidationNode }[];
  /** Of each element, where the value is a list. */
  list?: ValidationNode;
  /** Of each entry, where the value is a map. */
  map?: ValidationNode;
}

/** The validations of a policy by the places that they read, so that what many of them read is read once. */
export interface ValidationTree {
  readonly object: ValidationNode;
  /** Of each container; undefined when no validation is about containers. */
  readonly containers: ValidationNode | undefined;
  readonly whens: readonly NonNullable<Validation["when"]>[];
}

/** The tree of a list of validations. */
export function validationTree(validations: readonly Validation[]): ValidationTree {
  const object = emptyNode();
  let containers: ValidationNode | undefined;
  const whens: NonNullable<Validation["when"]>[] = [];
  for (const [index, validation] of validations.entries()) {
    const { steps, when } = validation;
    if (when !== undefined && !whens.includes(when)) whens.push(when);
    const isOfContainers = steps[0]?.kind === "containers";
    if (isOfContainers) containers ??= emptyNode();
    let node = isOfContainers && containers !== undefined ? containers : object;
    for (const { kind, keys } of isOfContainers ? steps.slice(1) : steps) {
      for (const key of keys) node = memberOf(node, key);
      if (kind === "list") node = node.list ??= emptyNode();
      if (kind === "map") node = node.map ??= emptyNode();
    }
    node.validations.push({
      validation,
      index,
      field: typeof validation.at === "function" ? [] : fieldOf(validation, undefined),
      when: when === undefined ? -1 : whens.indexOf(when),
    });
  }
  return { object, containers, whens };
}

/** The members of the `at` of a validation. */
export function fieldOf({ at = [] }: Pick<Validation, "at">, current: unknown): readonly string[] {
  if (typeof at === "function") return at(current);
  return typeof at === "string" ? at.split(".") : at;
}

function emptyNode(): ValidationNode {
  return { validations: [], members: [] };
}

function memberOf(node: ValidationNode, key: string): ValidationNode {
  const known = node.members.find(({ name }) => name === key);
  if (known !== undefined) return known.node;
  const made = emptyNode();
  node.members.push({ name: key, node: made });
  return made;
}
