import type { ParameterDoc } from "../../../src/policies/catalogue/BuiltinDoc.ts";
import { isNode, type SyntaxNode, textOf } from "../SyntaxNode.ts";
import { keyOf } from "./literalOf.ts";
import { withDefault } from "./parameterDoc.ts";
import { type Declared, listOf, type SourceModule } from "./SourceModule.ts";

/** What all built-ins have. */
const COMMON = ["BuiltinOptions", "ValidatorOptions"];
const COMMON_MEMBERS = ["name", "namespaces", "onExisting", "help"];

/** The options of a function, by the interface of its first parameter, without those that all built-ins have. */
export function optionDocs(parameter: SyntaxNode | undefined, module: SourceModule): ParameterDoc[] {
  const target = parameter?.type === "AssignmentPattern" && isNode(parameter.left) ? parameter.left : parameter;
  const annotation = isNode(target?.typeAnnotation) ? target.typeAnnotation.typeAnnotation : undefined;
  return isNode(annotation) ? membersOf(textOf(annotation.typeName, "name"), module) : [];
}

function membersOf(type: string, module: SourceModule): ParameterDoc[] {
  const found = COMMON.includes(type) ? undefined : module.find(type);
  if (found?.node.type !== "TSInterfaceDeclaration") return [];
  const body = isNode(found.node.body) ? found.node.body : undefined;
  const inherited = listOf(found.node, "extends").flatMap((it) =>
    membersOf(textOf(it.expression, "name"), found.module),
  );
  const own = listOf(body, "body")
    .filter((member) => !COMMON_MEMBERS.includes(keyOf(member)))
    .map((member) =>
      withDefault({
        name: keyOf(member),
        type: typeText(member, found.module),
        default: member.optional === true ? undefined : "required",
        meaning: found.module.docOf(member),
      }),
    );
  return [...inherited, ...own];
}

/** The type of a member. A union of literals is in the place of its name. */
function typeText(member: SyntaxNode, module: SourceModule): string {
  const annotation = isNode(member.typeAnnotation) ? member.typeAnnotation.typeAnnotation : undefined;
  if (!isNode(annotation)) return "";
  const text = module
    .textOf(annotation)
    .replaceAll("readonly ", "")
    .replace('Match["podTemplates"]', "boolean | PodTemplateKind[]")
    .replace('Match["namespaces"]', "NamespaceMatch")
    .replace(/^Readonly<(.*)>$/, "$1");
  return text.replaceAll(/\b([A-Z]\w+)(\[\])?/g, (_, name: string, list = "") => {
    const union = unionText(module.find(name), name);
    return list === "" || union === name ? `${union}${list}` : `(${union})[]`;
  });
}

function unionText(found: Declared | undefined, name: string): string {
  const union = found?.node.type === "TSTypeAliasDeclaration" ? found.node.typeAnnotation : undefined;
  if (found === undefined || !isNode(union) || union.type !== "TSUnionType") return name;
  const literals = listOf(union, "types").map(({ type, literal }) => type === "TSLiteralType" && isNode(literal));
  return literals.every(Boolean) ? found.module.textOf(union).replace(/^\| /, "") : name;
}
