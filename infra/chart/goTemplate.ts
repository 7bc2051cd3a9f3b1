import { Document, isScalar, visit } from "yaml";
import { Expression } from "../../src/cli/install/expression/Expression.ts";
import { Conditional, Spread } from "../../src/cli/install/expression/Template.ts";
import { isJsonObject } from "../../src/protocol/Json.ts";

/** The YAML of a tree as a Go template: an expression is a pipeline, and a condition is a block. */
export function goTemplate(tree: unknown): string {
  return `${linesOf(tree).join("\n")}\n`;
}

function linesOf(tree: unknown): string[] {
  if (isStatic(tree)) return staticLines(tree);
  if (Array.isArray(tree)) return tree.flatMap(itemLines);
  if (isJsonObject(tree)) return Object.entries(tree).flatMap(([key, member]) => memberLines(key, member));
  throw new Error("an expression has no lines of its own");
}

function memberLines(key: string, member: unknown): string[] {
  const name = staticLines({ [key]: 0 })[0]?.replace(/: 0$/, ":") ?? key;
  if (member instanceof Conditional) return blockOf(member, (part) => memberLines(key, part));
  if (member instanceof Expression) return [`${name} ${pipeline(member)}`];
  if (isStatic(member)) return staticLines({ [key]: member });
  return [name, ...indented(linesOf(member), "  ")];
}

function itemLines(item: unknown): string[] {
  if (item instanceof Conditional) return blockOf(item, itemLines);
  if (item instanceof Spread) return [`{{- range ${item.list.template()} }}`, "- {{ toJson . }}", "{{- end }}"];
  if (item instanceof Expression) return [`- ${pipeline(item)}`];
  const lines = linesOf(item);
  // A block may not stand behind the dash.
  return lines[0]?.startsWith("{{-")
    ? ["-", ...indented(lines, "  ")]
    : [`- ${lines[0]}`, ...indented(lines.slice(1), "  ")];
}

function blockOf({ when, value, otherwise }: Conditional, of: (part: unknown) => string[]): string[] {
  const rest = otherwise === undefined ? [] : ["{{- else }}", ...of(otherwise)];
  return [`{{- if ${when.template()} }}`, ...of(value), ...rest, "{{- end }}"];
}

const pipeline = (expression: Expression): string => `{{ toJson ${expression.template()} }}`;

const indented = (lines: readonly string[], by: string): string[] =>
  lines.map((line) => (line === "" ? line : `${by}${line}`));

function isStatic(tree: unknown): boolean {
  if (tree instanceof Expression || tree instanceof Conditional || tree instanceof Spread) return false;
  if (Array.isArray(tree)) return tree.every(isStatic);
  return !isJsonObject(tree) || Object.values(tree).every(isStatic);
}

function staticLines(value: unknown): string[] {
  const document = new Document(value, { version: "1.1", aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_key, node) {
      if (typeof node.value === "string" && /^[\d+.=<-]/.test(node.value)) node.type = "QUOTE_DOUBLE";
    },
    Seq(_key, node) {
      node.flow = node.items.every(isScalar);
    },
  });
  const text = document.toString({ lineWidth: 0, flowCollectionPadding: false }).replace(/\n$/, "");
  return text.replaceAll("{{", '{{ "{{" }}').split("\n");
}
