import { type Document, LineCounter, type ParsedNode, parseAllDocuments } from "yaml";
import { offsetOf } from "../../config/offsetOf.ts";
import { keyFault } from "../manifests/keyFault.ts";
import { kubectlTags } from "../manifests/kubectlTags.ts";
import { syntaxFault } from "../manifests/syntaxFault.ts";
import type { InputFault } from "../terminal/InputFault.ts";

/** Limit of alias expansion, as for manifests. */
const MAX_ALIASES = 100;

/** What the file is, for faults. */
export interface DocumentWords {
  /** One word with its article: `a table`. */
  readonly what: string;
  /** What is in it: `a table has the field cases, a list`. */
  readonly expected: string;
}

/** A file of one YAML document, with the lines of its parts. It is read as manifests are, so that an object means the same. */
export class YamlDocument {
  readonly value: unknown;
  readonly document: Document.Parsed<ParsedNode>;
  readonly #lines: LineCounter;

  private constructor(document: Document.Parsed<ParsedNode>, lines: LineCounter) {
    this.document = document;
    this.#lines = lines;
    this.value = document.toJS({ maxAliasCount: MAX_ALIASES });
  }

  /** Reads a file, or returns the fault of its YAML. */
  static read(file: string, text: string, { what, expected }: DocumentWords): YamlDocument | InputFault {
    const lines = new LineCounter();
    const documents = parseAllDocuments(text, {
      lineCounter: lines,
      prettyErrors: false,
      version: "1.1",
      customTags: kubectlTags,
      // syntaxFault looks for duplicates.
      uniqueKeys: false,
    });
    const lineAt = (offset: number | undefined): number => Math.max(lines.linePos(offset ?? 0).line, 1);
    const [document, second] = "empty" in documents ? [] : documents;
    if (document === undefined || (document.contents === null && document.errors.length === 0))
      return { file, message: `is empty; ${expected}` };
    const fault = syntaxFault(document, text, lineAt) ?? keyFault(document);
    if (fault !== undefined) return { file, line: lineAt(fault.offset), message: fault.message };
    if (second !== undefined)
      return { file, line: lineAt(second.range[0]), message: `is a second document; ${what} is one document` };
    try {
      return new YamlDocument(document, lines);
    } catch (error) {
      const message = error instanceof Error ? error.message : "cannot be read";
      return { file, message: message.split(/[\n:]/, 1)[0] ?? message };
    }
  }

  /** The line of the value at a path, or of the closest part above it. */
  lineOf(path: readonly PropertyKey[]): number {
    return this.#line(offsetOf(this.document, path));
  }

  #line(offset: number): number {
    return Math.max(this.#lines.linePos(offset).line, 1);
  }
}
