import { parseSync } from "rolldown/utils";

/** A function of a source file. */
export interface SourceFunction {
  /** Empty for an anonymous function. */
  readonly name: string;
  readonly line: number;
  readonly lines: number;
  readonly parameters: number;
}

/** Every function, method and arrow function of a TypeScript file. Throws for a file that does not parse. */
export function functionsOf(path: string, text: string): SourceFunction[] {
  const { program, errors } = parseSync(path, text);
  const [error] = errors;
  if (error !== undefined) throw new Error(`${path}: ${error.message}`);
  const found: SourceFunction[] = [];
  visit(program, "");
  return found;

  function visit(node: unknown, name: string): void {
    if (Array.isArray(node)) for (const child of node) visit(child, "");
    if (typeof node !== "object" || node === null || !("type" in node)) return;
    if ("params" in node && Array.isArray(node.params) && "body" in node && node.body !== null) {
      const [start, end] = [lineAt(numberOf(node, "start")), lineAt(numberOf(node, "end"))];
      const parameters = node.params.length;
      found.push({ name: nameOf(node, "id") || name, line: start, lines: end - start + 1, parameters });
    }
    for (const [key, child] of Object.entries(node))
      if (key !== "type") visit(child, nameOf(node, "key") || nameOf(node, "id"));
  }

  function lineAt(offset: number): number {
    return text.slice(0, offset).split("\n").length;
  }
}

function nameOf(node: object, member: string): string {
  const value: unknown = Object.entries(node).find(([key]) => key === member)?.[1];
  return typeof value === "object" && value !== null && "name" in value && typeof value.name === "string"
    ? value.name
    : "";
}

function numberOf(node: object, member: string): number {
  const value: unknown = Object.entries(node).find(([key]) => key === member)?.[1];
  return typeof value === "number" ? value : 0;
}
