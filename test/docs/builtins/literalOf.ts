import { isNode, type SyntaxNode, textOf } from "../SyntaxNode.ts";
import { listOf, type SourceModule } from "./SourceModule.ts";

/** The value of an expression of literals and constants; undefined for another one. */
export function literalOf(node: unknown, module: SourceModule): unknown {
  if (!isNode(node)) return undefined;
  switch (node.type) {
    case "Literal":
      return node.value;
    case "TSAsExpression":
    case "TSSatisfiesExpression":
      return literalOf(node.expression, module);
    case "Identifier": {
      const found = module.find(textOf(node, "name"));
      return found === undefined ? undefined : literalOf(found.node.init, found.module);
    }
    case "ArrayExpression":
      return listOf(node, "elements").flatMap((element) => {
        const value = literalOf(element.type === "SpreadElement" ? element.argument : element, module);
        return element.type === "SpreadElement" && Array.isArray(value) ? value : [value];
      });
    case "ObjectExpression":
      return Object.fromEntries(listOf(node, "properties").map((it) => [keyOf(it), literalOf(it.value, module)]));
    default:
      return undefined;
  }
}

/** The key of a property or of a member of an interface. */
export function keyOf({ key }: SyntaxNode): string {
  return textOf(key, "name") || textOf(key, "value");
}

/** A value as TypeScript, on one line. */
export function literalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literalText).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([key, it]) => `${/^\w+$/.test(key) ? key : JSON.stringify(key)}: ${literalText(it)}`,
  );
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
}
