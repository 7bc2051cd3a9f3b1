import type { SourceFile } from "./sourceFiles.ts";

/** The files at the given paths and all files that they import, directly or not. Imports of types do not count. */
export function reachedFrom(files: readonly SourceFile[], paths: readonly string[]): SourceFile[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const reached = new Set<SourceFile>();
  const visit = (path: string): void => {
    const file = byPath.get(path);
    if (file === undefined || reached.has(file)) return;
    reached.add(file);
    for (const { path: target, typesOnly } of file.imports) if (!typesOnly) visit(target);
  };
  for (const path of paths) visit(path);
  return [...reached];
}
