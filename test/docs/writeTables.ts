import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fillTables } from "./fillTables.ts";
import { ROOT, readmes } from "./readmes.ts";

/** `npm run docs`: updates the generated tables of all READMEs. Writes only files that change. */
function writeTables(): void {
  for (const { path, text } of readmes()) {
    const filled = fillTables(ROOT, text);
    if (filled === text) continue;
    const file = join(ROOT, path);
    writeFileSync(`${file}.new`, filled);
    renameSync(`${file}.new`, file);
    process.stdout.write(`${path}: tables written\n`);
  }
}

writeTables();
