import { type Document, isAlias, isNode, LineCounter, parseAllDocuments, Schema, visit } from "yaml";
import { formatPath } from "../../policy/define/formatPath.ts";
import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";
import type { InputFault } from "../terminal/InputFault.ts";
import { jsonFault } from "./jsonFault.ts";
import { hasPlainKeys, keyFault } from "./keyFault.ts";
import { kubectlTags } from "./kubectlTags.ts";
import { objectFault } from "./objectFault.ts";
import { placeOf } from "./placeOf.ts";
import { splitDocuments } from "./splitDocuments.ts";
import { splitJsonStream } from "./splitJsonStream.ts";
import { splitList } from "./splitList.ts";
import { syntaxFault, withoutSource } from "./syntaxFault.ts";

/** One object of an input and the line where it begins. */
export interface Manifest {
  readonly file: string;
  readonly line: number;
  readonly object: JsonObject;
}

/** A document or an item that cannot be read. */
export interface ManifestFault extends InputFault {
  /** What the document is, when it is something other than an object for an API server. */
  readonly other?: string;
}

/** Limit of alias expansion in a document. The parser of kubectl has a similar limit. */
const MAX_ALIASES = 100;

/** Made once: for each document it would take as long as to read a small one. */
const KUBECTL = new Schema({ schema: "yaml-1.1", customTags: kubectlTags, resolveKnownTags: false });

/**
 * Reads the objects of a YAML or JSON text: several documents, or a stream of JSON objects. Lists are split into their
 * items. The language is YAML 1.1, as kubectl reads it ({@link kubectlTags}); duplicate keys are a fault. A document
 * that cannot be read is a fault with its line; the other documents are still read.
 */
export function parseManifests(file: string, text: string): { manifests: Manifest[]; faults: ManifestFault[] } {
  const manifests: Manifest[] = [];
  const faults: ManifestFault[] = [];
  let hasList = false;
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
      schema: KUBECTL,
      // syntaxFault looks for duplicates.
      uniqueKeys: false,
    });
    for (const document of "empty" in documents ? [] : documents) {
      const fault = syntaxFault(document, part.text, lineAt);
      if (fault !== undefined) faults.push({ file, line: lineAt(fault.offset), message: fault.message });
      else if (document.contents !== null) {
        const read = readDocument(file, document, lineAt);
        manifests.push(...read.manifests);
        faults.push(...read.faults);
        hasList ||= read.isList;
      }
    }
  }
  if (manifests.length === 0 && faults.length === 0 && !hasList && !hasOnlyComments(text))
    faults.push({ file, message: text.trim() === "" ? "is empty" : "contains no object" });
  return { manifests, faults };
}

/** Whether a text has comments and separators only, as Helm prints for templates that are switched off. */
export function hasOnlyComments(text: string): boolean {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.length > 0 && lines.every((line) => /^(?:\s*#|---\s*(?:#|$)|\.\.\.\s*$)/.test(line));
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

/** The objects of one document. `lineAt` gives the line of an offset. `isList`: it is a list without items. */
function readDocument(
  file: string,
  document: Document.Parsed,
  lineAt: (offset: number | undefined) => number,
): { manifests: Manifest[]; faults: ManifestFault[]; isList: boolean } {
  const onlyFault = (line: number, message: string) => ({
    manifests: [],
    faults: [{ file, line, message }],
    isList: false,
  });
  const line = lineAt(document.contents?.range?.[0]);
  let value: unknown;
  try {
    const fault = hasPlainKeys(document.contents) ? undefined : keyFault(document);
    if (fault !== undefined) return onlyFault(lineAt(fault.offset), placed(document, fault.offset, fault.message));
    value = document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    const message = error instanceof Error ? error.message : "cannot be read";
    const alias = message.startsWith("Unresolved alias") ? startOfAlias(document, message) : undefined;
    return onlyFault(alias === undefined ? line : lineAt(alias), placed(document, alias, wording(message)));
  }
  const manifests: Manifest[] = [];
  const faults: ManifestFault[] = [];
  if (value === null) return { manifests, faults, isList: false };
  const lineOf = (path: readonly unknown[], fallback: number): number => {
    const node: unknown = path.length === 0 ? document.contents : document.getIn(path, true);
    return isNode(node) && !isAlias(node) ? lineAt(node.range?.[0]) : fallback;
  };
  const items = splitList(value);
  for (const { object, path, fault: listFault } of items) {
    const at = lineOf(path, line);
    const fault = listFault === undefined ? objectFault(object, path.length === 0) : { keys: [], message: listFault };
    if (fault !== undefined) {
      const { keys, message, ...other } = fault;
      const place = formatPath([...path, ...keys]);
      const text = place === "" ? message : `${place}: ${message}`;
      faults.push({ file, line: lineOf([...path, ...keys], at), message: text, ...other });
    } else if (isJsonObject(object)) manifests.push({ file, line: at, object });
  }
  return { manifests, faults, isList: items.length === 0 };
}

/** A message that begins with the path of a key. */
function placed(document: Document.Parsed, offset: number | undefined, message: string): string {
  const place = offset === undefined ? "" : placeOf(document, offset);
  return place === "" ? message : `${place}: ${message}`;
}

/** The first line of a parser message, in words that need no source excerpt. */
function wording(message: string): string {
  if (message.startsWith("Maximum call stack")) return "is nested too deep";
  // Without its name, which is often a password.
  if (message.startsWith("Unresolved alias"))
    return "nothing above has the anchor of this alias; a text that begins with * needs quotes";
  if (message.startsWith("Excessive alias count")) return `expands its aliases more than ${MAX_ALIASES} times`;
  return withoutSource(message);
}
