import { type Document, isScalar, parseDocument, visit } from "yaml";
import { offsetOf } from "./offsetOf.ts";

/** Limit of alias expansion in a document. */
const MAX_ALIASES = 100;

/**
 * Parses a YAML document of a few hundred KB in linear time. The check for duplicate keys of the `yaml` package compares
 * each key with each other: 6,000 keys take seconds. Throws YAMLParseError, and `Error` for other faults. Messages quote the
 * text.
 */
export function parseYaml(text: string): unknown {
  return parseYamlLines(text).value;
}

/** What {@link parseYaml} reads, with the line of the key or value at a path, or of the closest part above it. */
export function parseYamlLines(text: string): { value: unknown; lineOf: (path: readonly PropertyKey[]) => number } {
  // "silent" would leave out that there is a second document.
  const document = parseDocument(text, { logLevel: "error", uniqueKeys: false });
  const [error] = document.errors;
  if (error !== undefined) throw error;
  const twice = duplicateKeyOf(document);
  if (twice !== undefined) throw new DuplicateKeyError(lineAt(text, twice));
  return {
    value: document.toJS({ maxAliasCount: MAX_ALIASES }),
    lineOf: (path) => lineAt(text, offsetOf(document, path)),
  };
}

/** A key that a map has twice. */
export class DuplicateKeyError extends Error {
  readonly code = "duplicate-key";
  /** Counted from 1. */
  readonly line: number;

  constructor(line: number) {
    super(`a key occurs twice, at line ${line}`);
    this.name = "DuplicateKeyError";
    this.line = line;
  }
}

/** The offset of the first key that a map has twice. A merge key (`<<`) may occur twice. */
function duplicateKeyOf(document: Document.Parsed): number | undefined {
  let offset: number | undefined;
  visit(document, {
    Map(_key, { items }) {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key) || key.value === "<<") continue;
        if (seen.has(key.value)) {
          offset = key.range?.[0] ?? 0;
          return visit.BREAK;
        }
        seen.add(key.value);
      }
      return undefined;
    },
  });
  return offset;
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}
