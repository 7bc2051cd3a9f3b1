import type { ParameterDoc } from "../../../src/policies/catalogue/BuiltinDoc.ts";
import { isNode, type SyntaxNode, textOf } from "../SyntaxNode.ts";
import { keyOf } from "./literalOf.ts";
import { optionDocs } from "./optionDocs.ts";
import { withDefault } from "./parameterDoc.ts";
import { listOf, type SourceModule } from "./SourceModule.ts";
import { schemaDoc } from "./schemaDoc.ts";

/** The parameters of a built-in: of `params` in `builtin({...})`, or the options of a function. */
export function parameterDocs(builtin: string, module: SourceModule): ParameterDoc[] {
  const found = module.find(builtin);
  if (found === undefined) throw new Error(`${module.path}: does not have ${builtin}`);
  const { node } = found;
  if (node.type === "FunctionDeclaration") return optionDocs(listOf(node, "params")[0], module);
  const [definition] = listOf(isNode(node.init) ? node.init : undefined, "arguments");
  const params = listOf(definition, "properties").find((it) => keyOf(it) === "params")?.value;
  return listOf(isNode(params) ? params : undefined, "properties").map((it) => {
    try {
      return parameterDoc(it, module);
    } catch (error) {
      throw new Error(`${module.path}: ${builtin}`, { cause: error });
    }
  });
}

function parameterDoc(property: SyntaxNode, module: SourceModule): ParameterDoc {
  const { type, default: value, isOptional, members } = schemaDoc(property.value, module);
  const own = module.docOf(property) || sharedDoc(property, module);
  const more = members.map(([name, doc]) => `\`${name}\`: ${doc}`);
  return withDefault({
    name: keyOf(property),
    type,
    default: value ?? (isOptional ? undefined : "required"),
    meaning: [own, ...more].join(" ").trim(),
  });
}

/** The doc comment of a schema that policies share: `The parameter NAME: images of ...`. */
function sharedDoc({ value }: SyntaxNode, module: SourceModule): string {
  const name = textOf(value, "name");
  const found = name === "" ? undefined : module.find(name);
  if (found === undefined || found.module === module) return "";
  const doc = found.module.docOf(found.module.statementOf(name)).replace(/^The parameter `\w+`: /, "");
  return doc.charAt(0).toUpperCase() + doc.slice(1);
}
