import { type Document, isScalar, visit, type YAMLParseError } from "yaml";
import { hasPlainKeys } from "./keyFault.ts";
import { placeOf } from "./placeOf.ts";

/** A fault of a document with its offset in the text. `message` begins with the path of the key. */
export interface DocumentFault {
  readonly offset: number;
  readonly message: string;
}

/**
 * The first syntax fault of a document; undefined when there is none. `lineAt` gives the line of an offset. The messages
 * of the `yaml` package are put into words that name the key and say what to write.
 */
export function syntaxFault(
  document: Document.Parsed,
  text: string,
  lineAt: (offset: number) => number,
): DocumentFault | undefined {
  const { version, explicit } = document.directives.yaml;
  if (explicit === true && version !== "1.1")
    return {
      offset: text.indexOf("%YAML"),
      message: `is YAML ${version} by its %YAML directive; kubectl reads YAML 1.1`,
    };
  try {
    const [error] = document.errors;
    if (error !== undefined) return parserFault(document, text, error);
    return hasPlainKeys(document.contents) ? undefined : duplicateKey(document, lineAt);
  } catch (error) {
    // The walks over the document are recursive.
    if (!(error instanceof RangeError)) throw error;
    return { offset: 0, message: TOO_DEEP };
  }
}

function parserFault(document: Document.Parsed, text: string, error: YAMLParseError): DocumentFault {
  const [offset] = error.pos;
  if (error.message.startsWith("Maximum call stack")) return { offset, message: TOO_DEEP };
  const open = error.message.startsWith("Missing closing") ? startOfQuoted(document, offset) : undefined;
  if (open !== undefined) return located(document, open, "the quote that opens here is not closed");
  if (error.message.startsWith("Flow ")) {
    const start = startOfFlow(document, offset);
    if (start !== undefined) return located(document, start, `the ${text[start]} that opens here is not closed`);
  }
  // The colon that is too much made a key of the text before it.
  const at = error.code === "BLOCK_AS_IMPLICIT_KEY" ? text.lastIndexOf(":", offset - 1) : offset;
  return { ...located(document, at, wording(error, text)), offset };
}

function located(document: Document.Parsed, offset: number, message: string): DocumentFault {
  const place = placeOf(document, offset);
  return { offset, message: place === "" ? message : `${place}: ${message}` };
}

/**
 * The first key that a map has twice: kubectl refuses it. Keys are compared as the strings that they become in JSON. The
 * check of the `yaml` package compares each key with each other, which takes 12 s for 20,000 keys.
 */
function duplicateKey(document: Document.Parsed, lineAt: (offset: number) => number): DocumentFault | undefined {
  let fault: DocumentFault | undefined;
  visit(document, {
    Map(_key, map) {
      const seen = new Map<string, number>();
      for (const { key } of map.items) {
        // A merge key (`<<`) may occur twice; its value is no string.
        if (!isScalar(key) || key.value === null || typeof key.value === "symbol") continue;
        const offset = key.range?.[0] ?? 0;
        const first = seen.get(String(key.value));
        if (first !== undefined) {
          const place = placeOf(document, map.range?.[0] ?? 0, map);
          const message = `the key ${JSON.stringify(String(key.value))} occurs twice; the first is in line ${lineAt(first)}`;
          fault = { offset, message: place === "" ? message : `${place}: ${message}` };
          return visit.BREAK;
        }
        seen.set(String(key.value), offset);
      }
      return undefined;
    },
  });
  return fault;
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

/** The offset of the innermost list or map in brackets that begins before an offset. The parser reports where it gave up. */
function startOfFlow(document: Document.Parsed, before: number): number | undefined {
  let start: number | undefined;
  visit(document, {
    Collection(_key, node) {
      if (node.flow === true && node.range && node.range[0] < before && node.range[1] >= before - 1)
        start = Math.max(start ?? 0, node.range[0]);
    },
  });
  return start;
}

const TOO_DEEP = "is nested too deep";
const NO_PAIR = "expected KEY: VALUE; a colon is missing, or a line is indented wrongly";

/** A message of the parser in words that say what to write. */
function wording({ code, message, pos: [offset] }: YAMLParseError, text: string): string {
  const line = text.slice(text.lastIndexOf("\n", offset - 1) + 1).split("\n", 1)[0] ?? "";
  if (line.includes("{{")) return 'is a template that was not filled in ("{{ … }}")';
  if (/^(?:<{7}|={7}|>{7})(?: |\r?$)/m.test(text)) return "a merge conflict is not resolved";
  if (message.startsWith("Implicit map keys")) return NO_PAIR;
  switch (code) {
    case "TAB_AS_INDENT":
      return "a tab indents this line; YAML takes spaces";
    case "MULTILINE_IMPLICIT_KEY":
      return NO_PAIR;
    case "BLOCK_AS_IMPLICIT_KEY":
      return 'a value that contains ": " needs quotes, or a line is indented wrongly';
    case "BAD_INDENT":
      return "the line is indented otherwise than the lines before it";
    case "BAD_SCALAR_START":
      return `a value that begins with ${message.slice(-1)} needs quotes`;
    default:
      return withoutSource(message);
  }
}

/** The first line of a parser's message, without the text that it quotes behind a colon: it may be the value of a Secret. */
export function withoutSource(message: string): string {
  const [line = ""] = message.split("\n", 1);
  return line.split(": ", 1)[0]?.trim() ?? "";
}
