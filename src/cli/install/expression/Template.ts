import { isJsonObject } from "../../../protocol/Json.ts";
import { Expression, type Scope } from "./Expression.ts";
import { isGiven } from "./operations.ts";

/** A part of an object that is there on a condition, as a member or as an item of a list. */
export class Conditional {
  readonly when: Expression;
  readonly value: unknown;
  /** What is there otherwise; undefined for nothing. */
  readonly otherwise: unknown;

  constructor(when: Expression, value: unknown, otherwise?: unknown) {
    this.when = when;
    this.value = value;
    this.otherwise = otherwise;
  }
}

/** All items of a list of the config, as items of a list of an object. */
export class Spread {
  readonly list: Expression;

  constructor(list: Expression) {
    this.list = list;
  }
}

/** An object of the cluster, whose members may be an {@link Expression}, a {@link Conditional} or a {@link Spread}. */
export interface Template {
  /** The manifest that it comes from, such as `base/cronjob.yaml`. */
  readonly source: string;
  /** All of these hold, or the object is not installed. */
  readonly when: readonly Expression[];
  readonly tree: unknown;
}

/** Evaluates templates for a config, in their order. */
export function evaluateTemplates(templates: readonly Template[], scope: Scope): object[] {
  return templates
    .filter(({ when }) => when.every((it) => isGiven(it.evaluate(scope))))
    .map(({ tree }) => evaluated(tree, scope))
    .filter((it): it is object => typeof it === "object" && it !== null);
}

function evaluated(tree: unknown, scope: Scope): unknown {
  if (tree instanceof Expression) return tree.evaluate(scope);
  if (tree instanceof Conditional)
    return evaluated(isGiven(tree.when.evaluate(scope)) ? tree.value : tree.otherwise, scope);
  if (Array.isArray(tree)) return tree.flatMap((it) => itemsOf(it, scope)).filter((it) => it !== undefined);
  if (!isJsonObject(tree)) return tree;
  return Object.fromEntries(
    Object.entries(tree)
      .map(([key, member]) => [key, evaluated(member, scope)] as const)
      .filter(([, member]) => member !== undefined),
  );
}

function itemsOf(tree: unknown, scope: Scope): readonly unknown[] {
  if (!(tree instanceof Spread)) return [evaluated(tree, scope)];
  const items = tree.list.evaluate(scope);
  return Array.isArray(items) ? items : [];
}
