import { type Document, isAlias, isCollection, isMap, isScalar, isSeq, type Node, visit } from "yaml";

/** The `yaml` package looks for the anchor of each alias among all of them, so the time is quadratic. */
const MAX_ALIASES = 1000;

/**
 * The first key of a document that JSON cannot have (a map, a list or null), with its offset; also an alias too many. kubectl refuses such
 * keys; the `yaml` package turns them into text. YAML reads a template that was not filled in, `{{ .Values.x }}`, as
 * such a key.
 */
export function keyFault(document: Document.Parsed): { offset: number | undefined; message: string } | undefined {
  let fault: ReturnType<typeof keyFault>;
  // `Alias.resolve` reads the whole document again.
  const anchors = new Map<string, Node>();
  let aliases = 0;
  visit(document, {
    Alias(_key, node) {
      aliases += 1;
      if (aliases <= MAX_ALIASES) return undefined;
      fault = { offset: node.range?.[0], message: `has more than ${MAX_ALIASES} aliases` };
      return visit.BREAK;
    },
    Value(_key, node) {
      if (node.anchor !== undefined) anchors.set(node.anchor, node);
    },
    Pair(_key, { key }) {
      const node = isAlias(key) ? anchors.get(key.source) : key;
      if (!isCollection(node) && !(isScalar(node) && node.value === null)) return undefined;
      const at = isAlias(key) ? key : node;
      const what = isScalar(node) ? "null" : 'a map or a list, as in a template that was not filled in ("{{ … }}")';
      fault = { offset: at.range?.[0], message: `has a key that is ${what}; keys are strings` };
      return visit.BREAK;
    },
  });
  return fault;
}

/** Deeper documents are looked through without recursion, by those who report their faults. */
const MAX_DEPTH = 500;

/**
 * Whether all keys of a node are different texts, numbers or booleans, and nothing is an alias. Of such a document, which is
 * nearly every one, no key can be a fault, so it need not be walked through for each kind of fault.
 */
export function hasPlainKeys(node: unknown, depth = 0): boolean {
  if (node === null || isScalar(node)) return true;
  if (depth > MAX_DEPTH) return false;
  if (isSeq(node)) return node.items.every((item) => hasPlainKeys(item, depth + 1));
  if (!isMap(node)) return false;
  const seen = new Set<string>();
  for (const { key, value } of node.items) {
    if (!isScalar(key) || key.value === null || typeof key.value === "object" || typeof key.value === "symbol")
      return false;
    const name = String(key.value);
    if (seen.has(name) || !hasPlainKeys(value, depth + 1)) return false;
    seen.add(name);
  }
  return true;
}
