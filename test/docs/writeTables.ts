import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { builtinDocs, DOCS_FILE, docsText } from "./builtins/builtinDocs.ts";
import { fillTables } from "./fillTables.ts";
import { ROOT, readmes } from "./readmes.ts";

/**
 * `npm run docs`: writes what is said of the built-in policies, and the generated parts of all READMEs. Writes only files that
 * change.
 */
async function writeTables(): Promise<void> {
  const file = join(ROOT, DOCS_FILE);
  const docs = docsText(await builtinDocs(ROOT));
  if (!existsSync(file) || readFileSync(file, "utf8") !== docs) write(DOCS_FILE, docs);
  for (const { path, text } of readmes()) {
    const filled = fillTables(ROOT, text);
    if (filled !== text) write(path, filled);
  }
}

function write(path: string, text: string): void {
  const file = join(ROOT, path);
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
  process.stdout.write(`${path}: written\n`);
}

await writeTables();
