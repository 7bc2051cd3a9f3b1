import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseSync } from "rolldown/utils";
import { docText } from "../docText.ts";
import { isNode, type SyntaxNode, textOf } from "../SyntaxNode.ts";

/** A top-level declaration of a file, and the file. */
export interface Declared {
  readonly node: SyntaxNode;
  readonly module: SourceModule;
}

/** The syntax tree of a source file, with the doc comments of its declarations and members. */
export class SourceModule {
  readonly path: string;
  readonly #text: string;
  readonly #statements: readonly SyntaxNode[];
  readonly #docs: readonly { readonly start: number; readonly end: number; readonly value: string }[];

  constructor(path: string) {
    this.path = path;
    this.#text = readFileSync(path, "utf8");
    const { program, comments } = parseSync(path, this.#text);
    const statements: readonly unknown[] = program.body;
    this.#statements = statements.filter(isNode);
    this.#docs = comments.filter(({ type, value }) => type === "Block" && value.startsWith("*"));
  }

  /** The text of a node, on one line. */
  textOf({ start, end }: SyntaxNode): string {
    return this.#text.slice(start, end).replaceAll(/\s+/g, " ");
  }

  /** What comments say after `Not native:` or `Not validations:`, one sentence each, without a full stop. */
  reasons(): string[] {
    const lines = this.#text.replaceAll(/^ *(?:\/\/|\*) ?/gm, "");
    return [...lines.matchAll(/^Not (?:native|validations): ([\s\S]*?)\.$/gm)].map(([, said = ""]) =>
      said.replaceAll(/\s+/g, " "),
    );
  }

  /** The doc comment right before a node, on one line. Empty without one. */
  docOf({ start }: SyntaxNode): string {
    return docText(this.#docBefore(start)).replaceAll("\\|", "|");
  }

  /** The paragraphs of the doc comment right before a node. */
  paragraphsOf({ start }: SyntaxNode): string[] {
    return this.#docBefore(start)
      .split(/\n\s*\*?\s*\n/)
      .map((it) => docText(it.replace(/^\s*\*/, "")).replaceAll("\\|", "|"))
      .filter((it) => it !== "");
  }

  #docBefore(start: number): string {
    const doc = this.#docs.find(({ end }) => end <= start && this.#text.slice(end, start).trim() === "");
    return doc?.value ?? "";
  }

  /** The declaration of a name: a constant, a function, a type or an interface, here or where it is imported from. */
  find(name: string): Declared | undefined {
    for (const statement of this.#statements) {
      const node = isNode(statement.declaration) ? statement.declaration : statement;
      if (node.type === "VariableDeclaration" && Array.isArray(node.declarations)) {
        const found = node.declarations.filter(isNode).find(({ id }) => textOf(id, "name") === name);
        if (found !== undefined) return { node: found, module: this };
      } else if (textOf(node.id, "name") === name) return { node, module: this };
      if (node.type === "ImportDeclaration" && Array.isArray(node.specifiers)) {
        const specifier = node.specifiers.filter(isNode).find(({ local }) => textOf(local, "name") === name);
        const path = join(dirname(this.path), textOf(node.source, "value"));
        if (specifier !== undefined)
          return existsSync(path) ? new SourceModule(path).find(textOf(specifier.imported, "name")) : undefined;
      }
    }
    return undefined;
  }

  /** The statement that exports a name, whose doc comment is that of the name. */
  statementOf(name: string): SyntaxNode {
    const found = this.#statements.find((statement) => {
      const { declaration } = statement;
      if (!isNode(declaration)) return false;
      const [first] = Array.isArray(declaration.declarations) ? declaration.declarations.filter(isNode) : [];
      return textOf(declaration.id, "name") === name || textOf(first?.id, "name") === name;
    });
    if (found === undefined) throw new Error(`${this.path}: does not export ${name}`);
    return found;
  }
}

/** The nodes of a list that a node has as a member. Empty for another member. */
export function listOf(node: SyntaxNode | undefined, member: string): SyntaxNode[] {
  const value = node?.[member];
  return Array.isArray(value) ? value.filter(isNode) : [];
}
