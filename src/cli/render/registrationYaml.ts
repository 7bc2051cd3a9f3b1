import { Document, isScalar, visit } from "yaml";

/** Objects as YAML documents, lists of words on one line each: a registration is read by people. `header` is lines of comment. */
export function registrationYaml(objects: readonly object[], header: readonly string[]): string {
  const comments = header.map((line) => `${`# ${line}`.trimEnd()}\n`).join("");
  return comments + objects.map((object) => `---\n${yamlOf(object)}`).join("");
}

function yamlOf(value: object): string {
  // YAML 1.1, as kubectl reads it: there a label's value `on` has to be quoted.
  const document = new Document(value, { version: "1.1", aliasDuplicateObjects: false });
  visit(document, {
    // Parsers differ over what is a number.
    Scalar(_key, node) {
      if (typeof node.value === "string" && /^[\d+.=<-]/.test(node.value)) node.type = "QUOTE_DOUBLE";
    },
    Seq(_key, node) {
      node.flow = node.items.every(isScalar);
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}
