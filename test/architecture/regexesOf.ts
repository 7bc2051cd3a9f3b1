import { parseSync } from "rolldown/utils";

/** The regular expressions of a source file. */
export interface SourceRegexes {
  /** The literals, as they are written. */
  readonly literals: readonly string[];
  /** Calls of `RegExp`. */
  readonly built: number;
}

/** Finds the regular expressions of a TypeScript file. Throws for a file that does not parse. */
export function regexesOf(path: string, text: string): SourceRegexes {
  const { program, errors } = parseSync(path, text);
  const [error] = errors;
  if (error !== undefined) throw new Error(`${path}: ${error.message}`);
  const literals: string[] = [];
  const built = new Set<unknown>();
  visit(program);
  return { literals, built: built.size };

  function visit(node: unknown): void {
    if (Array.isArray(node)) for (const child of node) visit(child);
    if (typeof node !== "object" || node === null) return;
    if ("regex" in node && "raw" in node && typeof node.raw === "string") literals.push(node.raw);
    if ("callee" in node && "start" in node && isRegExp(node.callee)) built.add(node.start);
    for (const child of Object.values(node)) visit(child);
  }
}

function isRegExp(callee: unknown): boolean {
  return typeof callee === "object" && callee !== null && "name" in callee && callee.name === "RegExp";
}
