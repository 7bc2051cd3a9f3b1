import { type Document, isAlias, isCollection, isScalar, visit } from "yaml";

/**
 * The first key of a document that JSON cannot have (a map, a list or null), with its offset. kubectl refuses such
 * keys; the `yaml` package turns them into text. YAML reads a template that was not filled in, `{{ .Values.x }}`, as
 * such a key.
 */
export function keyFault(document: Document.Parsed): { offset: number | undefined; message: string } | undefined {
  let fault: ReturnType<typeof keyFault>;
  visit(document, {
    Pair(_key, { key }) {
      const node = isAlias(key) ? key.resolve(document) : key;
      if (!isCollection(node) && !(isScalar(node) && node.value === null)) return undefined;
      const at = isAlias(key) ? key : node;
      const what = isScalar(node) ? "null" : 'a map or a list, as in a template that was not filled in ("{{ … }}")';
      fault = { offset: at.range?.[0], message: `has a key that is ${what}; keys are strings` };
      return visit.BREAK;
    },
  });
  return fault;
}
