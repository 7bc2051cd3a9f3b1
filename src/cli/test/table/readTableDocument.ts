import type { InputFault } from "../../terminal/InputFault.ts";
import { YamlDocument } from "../../yaml/YamlDocument.ts";

const WORDS = { what: "a table", expected: "a table has the field cases, a list" };

/** Reads the YAML of a table, or returns its fault. */
export function readTableDocument(file: string, text: string): YamlDocument | InputFault {
  return YamlDocument.read(file, text, WORDS);
}
