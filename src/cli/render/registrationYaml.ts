import { Document, isScalar, visit } from "yaml";

/** Objects as YAML documents, with lists of scalars on one line, for people. `header` is the lines of a comment. */
export function registrationYaml(objects: readonly object[], header: readonly string[]): string {
  const comments = header.map((line) => `${`# ${line}`.trimEnd()}\n`).join("");
  return comments + objects.map((object) => `---\n${yamlOf(object)}`).join("");
}

function yamlOf(value: object): string {
  // YAML 1.1, as kubectl reads it, which needs quotes around a label value such as `on`.
  const document = new Document(value, { version: "1.1", aliasDuplicateObjects: false });
  visit(document, {
    // Quoted, because YAML parsers differ in what they read as a number.
    Scalar(_key, node) {
      if (typeof node.value === "string" && /^[\d+.=<-]/.test(node.value)) node.type = "QUOTE_DOUBLE";
    },
    Seq(_key, node) {
      node.flow = node.items.every(isScalar);
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}
