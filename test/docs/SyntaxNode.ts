/** A node of a syntax tree (ESTree). */
export type SyntaxNode = { readonly type: string; readonly start: number; readonly end: number } & Readonly<
  Record<string, unknown>
>;

/** Whether a value is a node of a syntax tree. */
export function isNode(value: unknown): value is SyntaxNode {
  return (
    typeof value === "object" &&
    value !== null &&
    "type" in value &&
    typeof value.type === "string" &&
    "start" in value &&
    typeof value.start === "number"
  );
}

/** A string member of a node. Empty when the member is not a string. */
export function textOf(node: unknown, member: string): string {
  const value = isNode(node) ? node[member] : undefined;
  return typeof value === "string" ? value : "";
}

/** All nodes below a value, in source order. */
export function nodesBelow(value: unknown): SyntaxNode[] {
  if (Array.isArray(value)) return value.flatMap(nodesBelow);
  if (!isNode(value)) return [];
  return [value, ...Object.values(value).flatMap(nodesBelow)];
}
