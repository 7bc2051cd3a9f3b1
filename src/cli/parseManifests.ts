import { type Document, isAlias, isNode, LineCounter, type Node, parseAllDocuments } from "yaml";
import { isJsonObject, type JsonObject } from "../protocol/Json.ts";
import type { InputFault } from "./InputFault.ts";

/** One object of an input and the line on which it begins. */
export interface Manifest {
  readonly file: string;
  readonly line: number;
  readonly object: JsonObject;
}

/** Aliases that one document may be blown up by; kubectl's own parser stops in the same region. */
const ALIASES = 100;
/** Tags of YAML 1.1 that kubectl's parser does not resolve either: it keeps such scalars as strings. */
const UNRESOLVED = ["timestamp", "intTime", "floatTime", "binary", "omap", "pairs", "set"];

/**
 * Reads the objects of a YAML or JSON text: several documents, Lists and typed lists taken apart. YAML 1.1, as kubectl
 * reads it: `yes` is true, and keys may not repeat. What cannot be read is a fault with its line, and the other
 * documents are still read.
 */
export function parseManifests(file: string, text: string): { manifests: Manifest[]; faults: InputFault[] } {
  const lines = new LineCounter();
  const manifests: Manifest[] = [];
  const faults: InputFault[] = [];
  const notJson = file.toLowerCase().endsWith(".json") ? jsonFault(file, text) : undefined;
  if (notJson !== undefined) return { manifests, faults: [notJson] };
  const lineAt = (offset: number | undefined): number => Math.max(lines.linePos(offset ?? 0).line, 1);
  const documents = parseAllDocuments(text, {
    lineCounter: lines,
    prettyErrors: false,
    version: "1.1",
    customTags: (tags) => tags.filter((tag) => !UNRESOLVED.includes(tagName(tag))),
  });
  for (const document of "empty" in documents ? [] : documents) {
    const [error] = document.errors;
    if (error !== undefined) faults.push({ file, line: lineAt(error.pos[0]), message: firstSentence(error.message) });
    else if (document.contents !== null) readDocument(file, document, lineAt, manifests, faults);
  }
  if (manifests.length === 0 && faults.length === 0) faults.push({ file, message: "has no object in it" });
  return { manifests, faults };
}

/** YAML takes much that looks like JSON and is none, such as a missing value; a file that is called JSON has to be JSON. */
function jsonFault(file: string, text: string): InputFault | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    const message = error instanceof Error ? error.message : "";
    const line = /line (\d+)/.exec(message)?.[1];
    const fault = `is not JSON: ${message.replace(/, (?:\.\.\.)?".*| in JSON at position.*| \(line.*/s, "")}`;
    return { file, message: fault, ...(line === undefined ? {} : { line: Number(line) }) };
  }
}

function tagName(tag: unknown): string {
  if (typeof tag === "string") return tag;
  const { tag: uri, format } = Object(tag);
  if (format === "TIME") return String(uri).endsWith(":int") ? "intTime" : "floatTime";
  return String(uri).split(":").at(-1) ?? "";
}

function readDocument(
  file: string,
  document: Document.Parsed,
  lineAt: (offset: number | undefined) => number,
  manifests: Manifest[],
  faults: InputFault[],
): void {
  const line = lineAt(document.contents?.range?.[0]);
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: ALIASES });
  } catch (error) {
    faults.push({ file, line, message: error instanceof Error ? firstSentence(error.message) : "cannot be read" });
    return;
  }
  if (value === null) return;
  for (const { object, path } of takeApart(value, [])) {
    const node: unknown = path.length === 0 ? document.contents : document.getIn(path, true);
    const at = isNode(node) ? lineAt(startOf(node)) : line;
    const fault = faultOf(object);
    if (fault !== undefined || !isJsonObject(object)) faults.push({ file, line: at, message: fault ?? "is no object" });
    else manifests.push({ file, line: at, object });
  }
}

function startOf(node: Node): number | undefined {
  return isAlias(node) ? undefined : node.range?.[0];
}

/** The members of a List (`v1` List, or a typed one such as PodList, whose items may leave out what the list says). */
function takeApart(
  value: unknown,
  path: readonly (string | number)[],
): { object: unknown; path: (string | number)[] }[] {
  if (
    !isJsonObject(value) ||
    typeof value.kind !== "string" ||
    !value.kind.endsWith("List") ||
    !Array.isArray(value.items)
  )
    return [{ object: value, path: [...path] }];
  const { apiVersion } = value;
  const kind = value.kind.slice(0, -"List".length);
  return value.items.flatMap((item: unknown, index) => {
    const typed = isJsonObject(item) && kind !== "" ? { apiVersion, kind, ...item } : item;
    return takeApart(typed, [...path, "items", index]);
  });
}

function faultOf(object: unknown): string | undefined {
  if (!isJsonObject(object)) return "is no object; expected apiVersion, kind and metadata";
  for (const key of ["apiVersion", "kind"])
    if (typeof object[key] !== "string" || object[key] === "")
      return `has no ${key}; every object needs apiVersion and kind`;
  return undefined;
}

function firstSentence(message: string): string {
  return message.split("\n", 1)[0]?.trim() ?? message;
}
