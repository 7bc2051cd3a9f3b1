import { readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A folder and the number of files directly in it. */
export interface SourceFolder {
  /** From the project's root. */
  readonly path: string;
  readonly files: number;
}

/** The given folders and all folders below them, without installed packages and build output. */
export function foldersOf(...folders: readonly string[]): SourceFolder[] {
  return folders.flatMap((folder) => {
    const entries = readdirSync(join(root, folder), { withFileTypes: true });
    const below = entries.filter(
      (it) => it.isDirectory() && !["node_modules", "build", ".serverless"].includes(it.name),
    );
    return [
      { path: relative(root, join(root, folder)), files: entries.filter((it) => it.isFile()).length },
      ...foldersOf(...below.map(({ name }) => join(folder, name))),
    ];
  });
}
