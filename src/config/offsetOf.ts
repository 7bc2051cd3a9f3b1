import { type Document, isAlias, isMap, isNode, isScalar } from "yaml";

/** The offset of the key or value at a path of a YAML document, or of the closest part above it. */
export function offsetOf(document: Document.Parsed, path: readonly PropertyKey[]): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const part = path.slice(0, length);
    const key = offsetOfKey(document, part);
    if (key !== undefined) return key;
    const node: unknown = length === 0 ? document.contents : document.getIn(part, true);
    if (isNode(node) && !isAlias(node) && node.range != null) return node.range[0];
  }
  return 0;
}

/** Undefined for an element of a list, and where there is no such key. */
function offsetOfKey(document: Document.Parsed, path: readonly PropertyKey[]): number | undefined {
  const last = path.at(-1);
  if (typeof last !== "string") return undefined;
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (!isMap(parent)) return undefined;
  const pair = parent.items.find(({ key }) => isScalar(key) && String(key.value) === last);
  return isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
}
