import { Document, visit } from "yaml";
import { isSecret } from "../../policy/report/isSecret.ts";
import { printable } from "../../telemetry/printable.ts";
import type { JudgedObject } from "./JudgedObject.ts";
import { shownObject } from "./shownPatch.ts";

/** Characters that a YAML writer leaves as they are, and that a terminal obeys. Line feeds and tabs are harmless. */
const UNSAFE = /(?![\n\t])[\p{Cc}\p{Bidi_Control}]/gu;

/**
 * The object of a review as it becomes: with the patch of the mutators, as a YAML document that begins with its source.
 * Empty for an object that is denied, covered or deleted. A Secret has no values.
 */
export function reviewYaml(judged: JudgedObject): string {
  const { file, line, review } = judged.located;
  const object = shownObject(judged);
  if (object === null || ["denied", "covered"].includes(judged.verdict.result)) return "";
  const hint = isSecret(review) ? "# The values of a Secret are not shown: this document cannot be applied.\n" : "";
  return `---\n# Source: ${printable(`${file}:${line}`)}\n${hint}${yamlOf(object)}`;
}

function yamlOf(object: object): string {
  // YAML 1.1, as kubectl reads it, which needs quotes around a label value such as `on`.
  const document = new Document(object, { version: "1.1", aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_key, node) {
      // YAML parsers differ in what they read as a number; only quoted text has escapes.
      if (typeof node.value === "string" && (/^[\d+.=<-]/.test(node.value) || node.value.search(UNSAFE) >= 0))
        node.type = "QUOTE_DOUBLE";
    },
  });
  const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return document.toString({ lineWidth: 0 }).replace(UNSAFE, escaped);
}
