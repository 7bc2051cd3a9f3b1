import { codeTable } from "./codeTable.ts";
import { metricTable } from "./metricTable.ts";

const MARKED = /^<!-- (table|metrics): (\S+)(?: (\w+))? -->\n[\s\S]*?^<!-- \/\1 -->$/gm;

/**
 * Replaces the generated tables of a README: between `<!-- table: FILE TYPE -->` and `<!-- /table -->` the members of a
 * union, between `<!-- metrics: FILE -->` and `<!-- /metrics -->` the metrics of a file.
 */
export function fillTables(root: string, markdown: string): string {
  return markdown.replace(MARKED, (_, kind: string, path: string, type: string | undefined) => {
    const head = `<!-- ${kind}: ${path}${type === undefined ? "" : ` ${type}`} -->`;
    const table = kind === "table" ? codeTable(root, path, type ?? "") : metricTable(root, path);
    return `${head}\n\n${table}\n\n<!-- /${kind} -->`;
  });
}
