import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A source file and its imports, types included. */
export interface SourceFile {
  /** From the project's root. */
  readonly path: string;
  readonly lines: number;
  readonly text: string;
  /** Imported files, as paths from the root. `typesOnly` is true for `import type`. */
  readonly imports: readonly { readonly path: string; readonly typesOnly: boolean }[];
  /** Imported packages and node: modules. */
  readonly packages: readonly string[];
}

const IMPORT = /^(?:import|export)\s+(type\s)?(?:[^;"=]*?\sfrom\s+)?"([^"]+)"/gm;

/** All TypeScript files below the given folders. */
export function sourceFiles(...folders: readonly string[]): SourceFile[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts"))
      .sort()
      .map((name) => readSource(join(folder, name))),
  );
}

function readSource(path: string): SourceFile {
  const text = readFileSync(join(root, path), "utf8");
  const found = [...text.matchAll(IMPORT)].map(([, type, target = ""]) => ({ target, typesOnly: type !== undefined }));
  return {
    path,
    text,
    lines: text.split("\n").length - 1,
    imports: found
      .filter(({ target }) => target.startsWith("."))
      .map(({ target, typesOnly }) => ({ path: relative(root, join(root, dirname(path), target)), typesOnly })),
    packages: found.filter(({ target }) => !target.startsWith(".")).map(({ target }) => target),
  };
}
