import type { SourceFile } from "./sourceFiles.ts";

/** Files that import each other in a circle, imports of types included: each circle as `a.ts -> b.ts -> a.ts`. */
export function circlesOf(files: readonly SourceFile[]): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (file: SourceFile, trail: readonly string[]): void => {
    if (trail.includes(file.path)) circles.push([...trail.slice(trail.indexOf(file.path)), file.path].join(" -> "));
    if (done.has(file.path) || trail.includes(file.path)) return;
    for (const { path } of file.imports) {
      const next = byPath.get(path);
      if (next !== undefined) visit(next, [...trail, file.path]);
    }
    done.add(file.path);
  };
  for (const file of files) visit(file, []);
  return circles;
}
