import type { BlockStatement, Expression, Pattern } from "acorn";
import type { CelValue } from "./CelValue.ts";

/** The names that an expression may use. */
export type Names = ReadonlyMap<string, CelValue>;

/** Translates the parts of one function. */
export interface Translator {
  expression(node: Expression, names: Names): CelValue;
  /** The result of a function with these arguments. */
  call(
    params: readonly Pattern[],
    body: BlockStatement | Expression,
    args: readonly CelValue[],
    outer: Names,
  ): CelValue;
  /** A name for the variable of a macro. No two of a function are the same: CEL would shadow one. */
  variable(param: Pattern | undefined): string;
  /** Throws `NotNativeError`, with the text of a node. */
  fail(what: string, node: { readonly start: number; readonly end: number }): never;
}
