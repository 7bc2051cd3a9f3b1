import type { ImportNode } from "./circlesOf.ts";
import type { SourceFile } from "./sourceFiles.ts";

/**
 * The folders directly below the folders of `src`, such as `src/sync/plan`, each with the siblings that its files import,
 * types included. Files directly in `src/sync` belong to no sibling.
 */
export function siblingFolders(files: readonly SourceFile[]): ImportNode[] {
  const siblings = new Map<string, Set<string>>();
  for (const { path, imports } of files) {
    const folder = siblingOf(path);
    if (folder === undefined) continue;
    const imported = siblings.get(folder) ?? new Set();
    siblings.set(folder, imported);
    for (const { path: target } of imports) {
      const other = siblingOf(target);
      if (other !== undefined && other !== folder && parentOf(other) === parentOf(folder)) imported.add(other);
    }
  }
  return [...siblings].map(([path, imported]) => ({ path, imports: [...imported].map((it) => ({ path: it })) }));
}

/** `src/sync/plan` for `src/sync/plan/Step.ts`, and for files in folders below it. */
function siblingOf(path: string): string | undefined {
  return /^src\/[^/]+\/[^/]+(?=\/)/.exec(path)?.[0];
}

function parentOf(folder: string): string {
  return folder.slice(0, folder.lastIndexOf("/"));
}
