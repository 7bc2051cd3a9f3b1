import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseSync } from "rolldown/utils";
import { docText } from "./docText.ts";
import { isNode, type SyntaxNode, textOf } from "./SyntaxNode.ts";

interface Code {
  readonly code: string;
  readonly meaning: string;
}

/**
 * The members of a union of string literals with their doc comments, as a Markdown table. A member that is another
 * union is replaced by its members. `root` is the project's folder, `path` a source file from there. Throws for a
 * member without a doc comment.
 */
export function codeTable(root: string, path: string, type: string): string {
  const rows = codesOf(root, path, type).map(({ code, meaning }) => `| \`${code}\` | ${meaning} |`);
  return ["| code | meaning |", "|---|---|", ...rows].join("\n");
}

function codesOf(root: string, path: string, type: string): Code[] {
  const text = readFileSync(join(root, path), "utf8");
  const { program, comments } = parseSync(path, text);
  const statements: readonly unknown[] = program.body;
  const nodes = statements.filter(isNode);
  const alias = nodes
    .map((node) => (isNode(node.declaration) ? node.declaration : node))
    .find((node) => node.type === "TSTypeAliasDeclaration" && textOf(node.id, "name") === type);
  if (alias === undefined || !isNode(alias.typeAnnotation)) throw new Error(`${path}: has no type ${type}`);
  const { typeAnnotation: union } = alias;
  const members = (Array.isArray(union.types) ? union.types : [union]).filter(isNode);
  let from = alias.start;
  return members.flatMap((member) => {
    const docs = comments.filter((it) => it.type === "Block" && it.start >= from && it.end <= member.start);
    from = member.end;
    if (member.type === "TSTypeReference") {
      const name = textOf(member.typeName, "name");
      return codesOf(root, importOf(nodes, path, name) ?? path, name);
    }
    const code = isNode(member.literal) ? textOf(member.literal, "value") : "";
    const meaning = docText(docs.at(-1)?.value ?? "");
    if (code === "" || meaning === "") throw new Error(`${path}: ${type}: ${code || "a member"} has no doc comment`);
    return [{ code, meaning }];
  });
}

function importOf(nodes: readonly SyntaxNode[], path: string, name: string): string | undefined {
  const statement = nodes.find(
    (node) =>
      node.type === "ImportDeclaration" &&
      Array.isArray(node.specifiers) &&
      node.specifiers.some((it) => isNode(it) && textOf(it.local, "name") === name),
  );
  const source = statement === undefined ? "" : textOf(statement.source, "value");
  return source === "" ? undefined : join(dirname(path), source);
}
