import { isMap, isScalar, LineCounter, parseAllDocuments } from "yaml";
import { keyFault } from "../../manifests/keyFault.ts";
import { kubectlTags } from "../../manifests/kubectlTags.ts";
import { syntaxFault } from "../../manifests/syntaxFault.ts";
import type { InputFault } from "../../terminal/InputFault.ts";

/** Limit of alias expansion. */
const MAX_ALIASES = 100;

type Path = readonly PropertyKey[];

/** A config file of one YAML document, with the lines of its keys. It is read as Helm and kubectl read YAML. */
export interface ConfigDocument {
  readonly value: unknown;
  /** The line of a key, or of the closest one above it. */
  readonly lineOf: (path: Path) => number;
}

/** Reads a config file, or returns its fault. */
export function readConfigDocument(file: string, text: string): ConfigDocument | InputFault {
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
    return { file, message: "is empty; expected keys such as cluster, hosts and images" };
  const fault = syntaxFault(document, text, lineAt) ?? keyFault(document);
  if (fault !== undefined) return { file, line: lineAt(fault.offset), message: fault.message };
  if (second !== undefined)
    return { file, line: lineAt(second.range[0]), message: "is a second document; a config is one document" };
  if (!isMap(document.contents)) return { file, line: 1, message: "is no map of keys" };
  const keyLine = (path: Path): number | undefined => {
    const last = path.at(-1);
    if (typeof last === "number") return nodeLine(document.getIn(path, true));
    const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
    const pair = isMap(parent)
      ? parent.items.find(({ key }) => isScalar(key) && String(key.value) === last)
      : undefined;
    return isScalar(pair?.key) ? lineAt(pair.key.range?.[0]) : undefined;
  };
  const nodeLine = (node: unknown): number | undefined =>
    isMap(node) || isScalar(node) ? lineAt(node.range?.[0]) : undefined;
  const lineOf = (path: Path): number => {
    for (let length = path.length; length > 0; length -= 1) {
      const line = keyLine(path.slice(0, length));
      if (line !== undefined) return line;
    }
    return 1;
  };
  try {
    return { value: document.toJS({ maxAliasCount: MAX_ALIASES }), lineOf };
  } catch {
    return { file, message: "has too many aliases" };
  }
}
