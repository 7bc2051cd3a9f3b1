import { type Document, isAlias, isNode, LineCounter, type Node, parseAllDocuments, visit } from "yaml";
import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";
import type { InputFault } from "../terminal/InputFault.ts";
import { jsonFault } from "./jsonFault.ts";
import { keyFault } from "./keyFault.ts";
import { kubectlTags } from "./kubectlTags.ts";
import { splitDocuments } from "./splitDocuments.ts";
import { splitJsonStream } from "./splitJsonStream.ts";

/** One object of an input and the line where it begins. */
export interface Manifest {
  readonly file: string;
  readonly line: number;
  readonly object: JsonObject;
}

/** Limit of alias expansion in a document. The parser of kubectl has a similar limit. */
const MAX_ALIASES = 100;

/**
 * Reads the objects of a YAML or JSON text: several documents, or a stream of JSON objects. Lists are split into their
 * items. The language is YAML 1.1, as kubectl reads it ({@link kubectlTags}); duplicate keys are a fault. A document
 * that cannot be read is a fault with its line; the other documents are still read.
 */
export function parseManifests(file: string, text: string): { manifests: Manifest[]; faults: InputFault[] } {
  const manifests: Manifest[] = [];
  const faults: InputFault[] = [];
  const isJsonFile = file.toLowerCase().endsWith(".json");
  const whole = { text, linesAbove: 0 };
  for (const part of splitJsonStream(text) ?? (isJsonFile ? [whole] : splitDocuments(text))) {
    const notJson = isJsonFile ? jsonFault(file, part) : undefined;
    if (notJson !== undefined) {
      faults.push(notJson);
      continue;
    }
    const lines = new LineCounter();
    const lineAt = (offset: number | undefined): number =>
      part.linesAbove + Math.max(lines.linePos(offset ?? 0).line, 1);
    const documents = parseAllDocuments(part.text, {
      lineCounter: lines,
      prettyErrors: false,
      version: "1.1",
      customTags: kubectlTags,
    });
    for (const document of "empty" in documents ? [] : documents) {
      const fault = documentFault(document, part.text);
      if (fault !== undefined) faults.push({ file, line: lineAt(fault.offset), message: fault.message });
      else if (document.contents !== null) {
        const read = readDocument(file, document, lineAt);
        manifests.push(...read.manifests);
        faults.push(...read.faults);
      }
    }
  }
  if (manifests.length === 0 && faults.length === 0 && !hasOnlyComments(text))
    faults.push({ file, message: text.trim() === "" ? "is empty" : "contains no object" });
  return { manifests, faults };
}

/** Whether a text has comments and separators only, as Helm prints for templates that are switched off. */
function hasOnlyComments(text: string): boolean {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.length > 0 && lines.every((line) => /^(?:\s*#|---\s*(?:#|$)|\.\.\.\s*$)/.test(line));
}

/** The first syntax fault of a document, with its offset in the text. */
function documentFault(document: Document.Parsed, text: string): { offset: number; message: string } | undefined {
  const { version, explicit } = document.directives.yaml;
  if (explicit === true && version !== "1.1")
    return {
      offset: text.indexOf("%YAML"),
      message: `is YAML ${version} by its %YAML directive; kubectl reads YAML 1.1`,
    };
  const [error] = document.errors;
  if (error === undefined) return undefined;
  const [offset] = error.pos;
  const open = error.message.startsWith("Missing closing") ? startOfQuoted(document, offset) : undefined;
  return open === undefined
    ? { offset, message: wording(error.message) }
    : { offset: open, message: "the quote that opens here is not closed" };
}

/** The offset of the alias that ends an error message of the parser. */
function startOfAlias(document: Document.Parsed, message: string): number | undefined {
  let start: number | undefined;
  visit(document, {
    Alias(_key, node) {
      if (start === undefined && message.endsWith(`: ${node.source}`)) start = node.range?.[0];
    },
  });
  return start;
}

/** The offset of the quote that is not closed. The parser reports the end of the text instead. */
function startOfQuoted(document: Document.Parsed, end: number): number | undefined {
  let start: number | undefined;
  visit(document, {
    Scalar(_key, node) {
      if (node.type?.startsWith("QUOTE") && node.range && node.range[0] < end && node.range[1] >= end)
        start = node.range[0];
    },
  });
  return start;
}

/** The objects of one document. `lineAt` gives the line of an offset. */
function readDocument(
  file: string,
  document: Document.Parsed,
  lineAt: (offset: number | undefined) => number,
): { manifests: Manifest[]; faults: InputFault[] } {
  const onlyFault = (line: number, message: string) => ({ manifests: [], faults: [{ file, line, message }] });
  const line = lineAt(document.contents?.range?.[0]);
  let value: unknown;
  try {
    const fault = keyFault(document);
    if (fault !== undefined) return onlyFault(lineAt(fault.offset), fault.message);
    value = document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    const message = error instanceof Error ? error.message : "cannot be read";
    const alias = message.startsWith("Unresolved alias") ? startOfAlias(document, message) : undefined;
    return onlyFault(alias === undefined ? line : lineAt(alias), wording(message));
  }
  const manifests: Manifest[] = [];
  const faults: InputFault[] = [];
  if (value === null) return { manifests, faults };
  for (const { object, path } of splitList(value, [])) {
    const node: unknown = path.length === 0 ? document.contents : document.getIn(path, true);
    const at = isNode(node) ? lineAt(startOf(node)) : line;
    const fault = faultOf(object);
    if (fault !== undefined || !isJsonObject(object))
      faults.push({ file, line: at, message: fault ?? "is not an object" });
    else manifests.push({ file, line: at, object });
  }
  return { manifests, faults };
}

function startOf(node: Node): number | undefined {
  return isAlias(node) ? undefined : node.range?.[0];
}

/** The items of a List: `v1` List, or a typed list such as PodList, whose items may omit apiVersion and kind. */
function splitList(
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
    return splitList(typed, [...path, "items", index]);
  });
}

function faultOf(object: unknown): string | undefined {
  if (!isJsonObject(object)) return "is not an object; expected apiVersion, kind and metadata";
  for (const key of ["apiVersion", "kind"])
    if (typeof object[key] !== "string" || object[key] === "")
      return `has no ${key}; every object needs apiVersion and kind`;
  return undefined;
}

/** The first line of a parser message, in words that need no source excerpt. */
function wording(message: string): string {
  if (message.startsWith("Maximum call stack")) return "is nested too deep";
  if (message.startsWith("Excessive alias count")) return `expands its aliases more than ${MAX_ALIASES} times`;
  return message.split("\n", 1)[0]?.trim() ?? message;
}
