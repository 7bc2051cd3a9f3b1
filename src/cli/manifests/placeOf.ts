import { type Document, isMap, isPair, isScalar, isSeq, type Node } from "yaml";

const PLAIN_KEY = /^[A-Za-z_][\w-]*$/;

/**
 * The path of the innermost key around an offset of a document, such as `spec.containers[0].image`; empty at the top. The
 * key that begins at the offset counts as inside its own path. The path ends at the node `end`, when it is given.
 */
export function placeOf(document: Document.Parsed, offset: number, end?: Node): string {
  let path = "";
  let node: unknown = document.contents;
  for (let depth = 0; depth < MAX_DEPTH; depth += 1) {
    const step = node === end ? undefined : stepInto(node, offset);
    if (step === undefined) break;
    path += step.segment;
    node = step.node;
  }
  return path.replace(/^\./, "");
}

/** Deeper places are of no help to a person. */
const MAX_DEPTH = 64;

function stepInto(node: unknown, offset: number): { segment: string; node: unknown } | undefined {
  if (isMap(node)) {
    // The last pair that begins before the offset: the end of a broken value is not known.
    const pair = node.items.findLast(({ key }) => (startOf(key) ?? Number.POSITIVE_INFINITY) <= offset);
    if (!isPair(pair) || !isScalar(pair.key) || !isInside(node, offset)) return undefined;
    const key = pair.key.source ?? String(pair.key.value);
    // A line without a colon becomes a part of the next key.
    return /\s/.test(key) ? undefined : { segment: keySegment(key), node: pair.value };
  }
  if (isSeq(node)) {
    const index = node.items.findLastIndex((item) => (startOf(item) ?? Number.POSITIVE_INFINITY) <= offset);
    return index < 0 || !isInside(node, offset) ? undefined : { segment: `[${index}]`, node: node.items[index] };
  }
  return undefined;
}

function isInside(node: Node, offset: number): boolean {
  const [start = 0, , end = Number.POSITIVE_INFINITY] = node.range ?? [];
  return start <= offset && offset <= end;
}

function startOf(node: unknown): number | undefined {
  if (isPair(node)) return startOf(node.key);
  return typeof node === "object" && node !== null && "range" in node && Array.isArray(node.range)
    ? Number(node.range[0])
    : undefined;
}

function keySegment(key: string): string {
  return PLAIN_KEY.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}
