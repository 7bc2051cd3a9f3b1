import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { BuiltinDoc, BuiltinDocs, PackDoc } from "../../../src/policies/catalogue/BuiltinDoc.ts";
import { subjects } from "../../../src/policies/catalogue/subjects.ts";
import { builtinSection, cell } from "./builtinSection.ts";

/**
 * What a page says of the built-in policies of a folder, or a list of all without a folder. `path` is the file that `npm run
 * docs` has written, `markdown` the page. Throws for a folder without policies.
 */
export function builtinsText(root: string, path: string, folder: string | undefined, markdown: string): string {
  // builtinDocs() made it.
  const { builtins, packs } = JSON.parse(readFileSync(join(root, path), "utf8")) as BuiltinDocs;
  if (folder === "packs") return packTable(packs);
  if (folder === undefined) return listOfAll(builtins);
  const own = builtins.filter(({ subject }) => subject === folder);
  if (own.length === 0) throw new Error(`${path}: has no policies of ${folder}`);
  const names = own.map(({ builtin }) => `[${builtin}](#${builtin.toLowerCase()})`);
  return [...(own.length > 2 ? [names.join(", ")] : []), ...own.map((it) => builtinSection(it, markdown))].join("\n\n");
}

function listOfAll(builtins: readonly BuiltinDoc[]): string {
  const known = [...subjects];
  for (const { name, subject } of builtins)
    if (!subjects.has(subject)) throw new Error(`${name}: subjects.ts lacks its folder ${subject}`);
  return known
    .map(([folder, title]) => [folder, title, builtins.filter(({ subject }) => subject === folder)] as const)
    .filter(([, , own]) => own.length > 0)
    .map(([folder, title, own]) => {
      const rows = own.map(
        ({ builtin, description, kind, native }) =>
          `| [${builtin}](${folder}/README.md#${builtin.toLowerCase()}) | ${cell(description)} | ${kind === "mutator" ? "changes objects" : native} |`,
      );
      return [`### ${title}`, "", "| policy | what | native form |", "|---|---|---|", ...rows].join("\n");
    })
    .join("\n\n");
}

function packTable(packs: readonly PackDoc[]): string {
  const rows = packs.map(
    ({ name, about, policies }) =>
      `| \`packs.${name}()\` | ${cell(about)} | ${policies.map((it) => `\`${it.name}\``).join(", ")} |`,
  );
  return ["| pack | for | policies |", "|---|---|---|", ...rows].join("\n");
}
