import { type ArrowFunctionExpression, type FunctionExpression, parseExpressionAt } from "acorn";
import { NotNativeError } from "./NotNativeError.ts";

/** A function of a policy. `text` is what the positions of its nodes are about. */
export interface ParsedFunction {
  readonly text: string;
  readonly node: ArrowFunctionExpression | FunctionExpression;
}

/** Parses the text of a function, as the engine has it: JavaScript, without types. Throws {@link NotNativeError}. */
export function parseFunction(given: (...args: never[]) => unknown): ParsedFunction {
  const own = Function.prototype.toString.call(given);
  // A method is no expression without the keyword.
  for (const text of [`(${own})`, `(function ${own})`]) {
    const node = parsed(text);
    if (node?.type !== "ArrowFunctionExpression" && node?.type !== "FunctionExpression") continue;
    if (node.async || node.generator) throw new NotNativeError("an async function or a generator has no form in CEL");
    return { text, node };
  }
  throw new NotNativeError("the text of the function cannot be read");
}

function parsed(text: string) {
  try {
    return parseExpressionAt(text, 0, { ecmaVersion: "latest" });
  } catch {
    return undefined;
  }
}
