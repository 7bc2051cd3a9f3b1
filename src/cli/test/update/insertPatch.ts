import { isMap, isNode, isScalar, type Pair, type YAMLMap } from "yaml";
import { writeJson } from "../../../protocol/json/writeJson.ts";
import type { YamlDocument } from "../../yaml/YamlDocument.ts";
import type { ExpectedPatch } from "../table/TestTable.ts";

/** Characters of a path that needs no quotes in YAML. */
const PLAIN_PATH = /^\/[\w/.~-]*$/;

/**
 * The text of a table with another `patch` in one case. Only these lines change: comments, the order of fields and their style stay.
 * Undefined where the case is written in a way that has no place for it, such as an alias.
 */
export function insertPatch(
  text: string,
  table: YamlDocument,
  index: number,
  patch: ExpectedPatch,
): string | undefined {
  const node: unknown = table.document.getIn(["cases", index], true);
  if (!isMap(node)) return undefined;
  const before = node.items.find(({ key }) => isScalar(key) && key.value === "patch");
  if (node.flow === true) return insertInFlow(text, node, before, patch);
  const first = node.items[0]?.key;
  const last = node.items.at(-1);
  const start = isNode(first) ? first.range?.[0] : undefined;
  if (start === undefined || last === undefined) return undefined;
  const lineBreak = text.includes("\r\n") ? "\r\n" : "\n";
  const indent = " ".repeat(start - (text.lastIndexOf("\n", start - 1) + 1));
  const lines = ["patch:", ...patch.map((operation) => `  - ${operationText(operation)}`)];
  const written = lines.join(`${lineBreak}${indent}`);
  if (before !== undefined) {
    const [from, to] = [startOf(before), endOf(text, before)];
    return from === undefined || to === undefined ? undefined : `${text.slice(0, from)}${written}${text.slice(to)}`;
  }
  const end = endOf(text, last);
  if (end === undefined) return undefined;
  const newline = text.slice(end).search(/\r?\n/);
  const at = newline < 0 ? text.length : end + newline;
  return `${text.slice(0, at)}${lineBreak}${indent}${written}${text.slice(at)}`;
}

function insertInFlow(text: string, node: YAMLMap, before: Pair | undefined, patch: ExpectedPatch): string | undefined {
  const written = `patch: [${patch.map(operationText).join(", ")}]`;
  if (before !== undefined) {
    const [from, to] = [startOf(before), endOf(text, before)];
    return from === undefined || to === undefined ? undefined : `${text.slice(0, from)}${written}${text.slice(to)}`;
  }
  const last = node.items.at(-1);
  const end = last === undefined ? undefined : endOf(text, last);
  return end === undefined ? undefined : `${text.slice(0, end)}, ${written}${text.slice(end)}`;
}

/** `{ op: add, path: /metadata/labels/team, value: "web" }`. JSON is YAML, and quotes keep `on` and `0777` texts. */
function operationText({ op, path, ...rest }: ExpectedPatch[number]): string {
  const value = "value" in rest ? `, value: ${writeJson(rest.value)}` : "";
  return `{ op: ${op}, path: ${PLAIN_PATH.test(path) ? path : JSON.stringify(path)}${value} }`;
}

function startOf({ key }: Pair): number | undefined {
  return isNode(key) ? key.range?.[0] : undefined;
}

/** The end of a pair, without the white space behind it. */
function endOf(text: string, pair: Pair): number | undefined {
  const start = startOf(pair);
  const { value, key } = pair;
  const range = isNode(value) && value.range != null ? value.range : isNode(key) ? key.range : undefined;
  if (start === undefined || range == null) return undefined;
  return start + text.slice(start, range[1]).trimEnd().length;
}
