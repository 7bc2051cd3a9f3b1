/** A file or a folder, with the paths that it imports. */
export interface ImportNode {
  readonly path: string;
  readonly imports: readonly { readonly path: string }[];
}

/** Files or folders that import each other in a circle: each circle as `a.ts -> b.ts -> a.ts`. */
export function circlesOf(nodes: readonly ImportNode[]): string[] {
  const byPath = new Map(nodes.map((node) => [node.path, node]));
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (node: ImportNode, trail: readonly string[]): void => {
    if (trail.includes(node.path)) circles.push([...trail.slice(trail.indexOf(node.path)), node.path].join(" -> "));
    if (done.has(node.path) || trail.includes(node.path)) return;
    for (const { path } of node.imports) {
      const next = byPath.get(path);
      if (next !== undefined) visit(next, [...trail, node.path]);
    }
    done.add(node.path);
  };
  for (const node of nodes) visit(node, []);
  return circles;
}
