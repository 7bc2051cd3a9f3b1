import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSync } from "rolldown/utils";
import { docText } from "./docText.ts";
import { isNode, textOf } from "./SyntaxNode.ts";

/**
 * The exported number constants of a source file whose names begin with `prefix`, with their doc comments, as a Markdown
 * table in the order of their values. Throws for a constant without a doc comment, and for a file without such constants.
 */
export function constantTable(root: string, path: string, prefix: string): string {
  const { program, comments } = parseSync(path, readFileSync(join(root, path), "utf8"));
  const statements: readonly unknown[] = program.body;
  let from = 0;
  const rows = statements.filter(isNode).flatMap((statement) => {
    const docs = comments.filter((it) => it.type === "Block" && it.start >= from && it.end <= statement.start);
    from = statement.end;
    const declaration = isNode(statement.declaration) ? statement.declaration : undefined;
    const [first] = Array.isArray(declaration?.declarations) ? declaration.declarations.filter(isNode) : [];
    const name = textOf(first?.id, "name");
    const value = isNode(first?.init) ? first.init.value : undefined;
    if (!name.startsWith(prefix) || typeof value !== "number") return [];
    const meaning = docText(docs.at(-1)?.value ?? "");
    if (meaning === "") throw new Error(`${path}: ${name} has no doc comment`);
    return [{ value, meaning }];
  });
  if (rows.length === 0) throw new Error(`${path}: has no constant that begins with ${prefix}`);
  const sorted = rows.toSorted((left, right) => left.value - right.value);
  return ["| code | meaning |", "|---|---|", ...sorted.map(({ value, meaning }) => `| ${value} | ${meaning} |`)].join(
    "\n",
  );
}
