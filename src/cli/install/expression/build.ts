import { Expression } from "./Expression.ts";
import type { OperationName } from "./operations.ts";

/** What stands for an expression: a constant stands for itself. */
export type Operand = Expression | string | number | boolean | null | object;

function expressionOf(operand: Operand): Expression {
  return operand instanceof Expression ? operand : new Expression({ kind: "constant", value: operand });
}

/** The value of the config at a path such as `issuer.kind`. */
export function value(path: string): Expression {
  return new Expression({ kind: "value", path: path.split(".") });
}

/** The derived value of a name. */
export function derived(name: string): Expression {
  return new Expression({ kind: "derived", name });
}

/** The item of the list that a derived value goes through. */
export const item = new Expression({ kind: "item" });

/** Calls an operation. */
export function call(name: OperationName, ...operands: readonly Operand[]): Expression {
  return new Expression({ kind: "call", name, arguments: operands.map(expressionOf) });
}

/** Whether one of some components is installed. */
export function installs(...names: readonly string[]): Expression {
  const all = names.map((name) => call("includes", name, value("components")));
  return all.length === 1 && all[0] !== undefined ? all[0] : call("some", ...all);
}
