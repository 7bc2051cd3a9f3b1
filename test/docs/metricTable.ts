import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSync } from "rolldown/utils";
import { isNode, nodesBelow, type SyntaxNode, textOf } from "./SyntaxNode.ts";

/**
 * The metrics that a source file declares, as a Markdown table of their names and help texts. A metric is an object
 * with `name` and `help`, or a call whose first two arguments are its name and its help text. Throws for a file without
 * metrics.
 */
export function metricTable(root: string, path: string): string {
  const { program } = parseSync(path, readFileSync(join(root, path), "utf8"));
  const nodes = nodesBelow(program);
  const constants = new Map(
    nodes
      .filter((node) => node.type === "VariableDeclarator")
      .map((node) => [textOf(node.id, "name"), textOf(node.init, "value")]),
  );
  const literalOf = (node: unknown): string => textOf(node, "value") || (constants.get(textOf(node, "name")) ?? "");
  const metrics = new Map<string, string>();
  for (const node of nodes) {
    const [name, help] = partsOf(node).map(literalOf);
    if (name?.startsWith("postern_") && help !== undefined && help !== "" && !metrics.has(name))
      metrics.set(name, help.replaceAll("|", "\\|"));
  }
  if (metrics.size === 0) throw new Error(`${path}: has no metrics`);
  return ["| metric | meaning |", "|---|---|", ...[...metrics].map(([name, help]) => `| \`${name}\` | ${help} |`)].join(
    "\n",
  );
}

function partsOf(node: SyntaxNode): readonly unknown[] {
  if (node.type === "CallExpression" && Array.isArray(node.arguments)) return node.arguments.slice(0, 2);
  if (node.type !== "ObjectExpression" || !Array.isArray(node.properties)) return [];
  const properties = node.properties.filter(isNode);
  return ["name", "help"].map((key) => properties.find((it) => textOf(it.key, "name") === key)?.value);
}
