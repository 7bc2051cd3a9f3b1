import { builtinsText } from "./builtins/builtinsText.ts";
import { codeTable } from "./codeTable.ts";
import { constantTable } from "./constantTable.ts";
import { metricTable } from "./metricTable.ts";
import { sizingTable } from "./sizingTable.ts";

const MARKED = /^<!-- (table|constants|metrics|builtins|sizing): (\S+)(?: ([\w-]+))? -->\n[\s\S]*?^<!-- \/\1 -->$/gm;

/**
 * Replaces the generated tables of a README: between `<!-- table: FILE TYPE -->` and `<!-- /table -->` the members of a
 * union, with `constants` the exported numbers whose names begin with TYPE, between `<!-- metrics: FILE -->` and
 * `<!-- /metrics -->` the metrics of a file, and with `<!-- builtins: FILE FOLDER -->` the built-in policies of a folder, or a
 * list of all without FOLDER. With `<!-- sizing: FILE -->`, the calls and costs that the lint of FILE estimates.
 */
export function fillTables(root: string, markdown: string): string {
  return markdown.replace(MARKED, (_, kind: string, path: string, type: string | undefined) => {
    const head = `<!-- ${kind}: ${path}${type === undefined ? "" : ` ${type}`} -->`;
    const table =
      kind === "builtins" ? builtinsText(root, path, type, markdown) : tableOf(kind, root, path, type ?? "");
    return `${head}\n\n${table}\n\n<!-- /${kind} -->`;
  });
}

function tableOf(kind: string, root: string, path: string, name: string): string {
  if (kind === "sizing") return sizingTable();
  if (kind === "metrics") return metricTable(root, path);
  return kind === "table" ? codeTable(root, path, name) : constantTable(root, path, name);
}
