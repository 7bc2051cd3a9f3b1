import { isJsonObject } from "../../../protocol/Json.ts";
import { OPERATIONS, type OperationName } from "./operations.ts";

/** What a form of the manifests computes from the config: evaluated by `postern install`, and printed for Helm. */
export type ExpressionNode =
  /** A value of the config, by its path. Null when it is not there. */
  | { readonly kind: "value"; readonly path: readonly string[] }
  /** A value that is derived from the config once; see `derivedValues`. */
  | { readonly kind: "derived"; readonly name: string }
  /** The item of the list that a derived value goes through. */
  | { readonly kind: "item" }
  | { readonly kind: "constant"; readonly value: unknown }
  | { readonly kind: "call"; readonly name: OperationName; readonly arguments: readonly Expression[] };

/** Everything that an expression reads. */
export interface Scope {
  readonly values: unknown;
  readonly derived: ReadonlyMap<string, unknown>;
  readonly item?: unknown;
}

/** One expression with two readings: {@link evaluate} in this process, and {@link template} as a pipeline of Go's text/template. */
export class Expression {
  readonly node: ExpressionNode;

  constructor(node: ExpressionNode) {
    this.node = node;
  }

  /** The value for a config. */
  evaluate(scope: Scope): unknown {
    const { node } = this;
    switch (node.kind) {
      case "value":
        return node.path.reduce<unknown>((at, key) => (isJsonObject(at) ? at[key] : null), scope.values) ?? null;
      case "derived":
        return scope.derived.get(node.name) ?? null;
      case "item":
        return scope.item ?? null;
      case "constant":
        return node.value;
      case "call":
        return OPERATIONS[node.name].evaluate(...node.arguments.map((it) => it.evaluate(scope)));
    }
  }

  /** The operand in a Go template in which `$v` is the config, `$d` has the derived values, and `$it` is the item. */
  template(): string {
    const { node } = this;
    switch (node.kind) {
      case "value":
        return `(dig ${node.path.map((key) => JSON.stringify(key)).join(" ")} "" $v)`;
      case "derived":
        return `$d.${node.name}`;
      case "item":
        return "$it";
      case "constant":
        return constantTemplate(node.value);
      case "call":
        return OPERATIONS[node.name].template(...node.arguments.map((it) => it.template()));
    }
  }
}

function constantTemplate(value: unknown): string {
  if (Array.isArray(value)) return `(${["list", ...value.map(constantTemplate)].join(" ")})`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const members = Object.entries(value).flatMap(([key, member]) => [JSON.stringify(key), constantTemplate(member)]);
  return `(${["dict", ...members].join(" ")})`;
}
