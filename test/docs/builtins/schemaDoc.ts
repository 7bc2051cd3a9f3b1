import { isNode, type SyntaxNode, textOf } from "../SyntaxNode.ts";
import { keyOf, literalOf, literalText } from "./literalOf.ts";
import { listOf, type SourceModule } from "./SourceModule.ts";

/** What a schema of zod says to people. */
export interface SchemaDoc {
  /** As TypeScript. */
  readonly type: string;
  /** As TypeScript; undefined without one. */
  readonly default: string | undefined;
  readonly isOptional: boolean;
  /** The doc comments of its members, by their names. */
  readonly members: readonly (readonly [name: string, doc: string])[];
}

const PLAIN: Readonly<Record<string, string>> = {
  string: "string",
  number: "number",
  int: "number",
  boolean: "boolean",
};

/** Reads a schema, as its source has it. Throws for a part of zod that it does not know. */
export function schemaDoc(node: unknown, module: SourceModule): SchemaDoc {
  const plain = (type: string, members: SchemaDoc["members"] = []): SchemaDoc => ({
    type,
    default: undefined,
    isOptional: false,
    members,
  });
  const unknown = (): never => {
    throw new Error(`${module.path}: unknown schema ${isNode(node) ? module.textOf(node) : ""}`);
  };
  if (!isNode(node)) return unknown();
  if (node.type === "Identifier") {
    const found = module.find(textOf(node, "name"));
    return found === undefined ? unknown() : schemaDoc(found.node.init, found.module);
  }
  const callee = node.type === "CallExpression" && isNode(node.callee) ? node.callee : undefined;
  const of = callee?.object;
  if (callee === undefined || !isNode(of)) return unknown();
  const [first, second] = listOf(node, "arguments");
  const name = textOf(callee.property, "name");
  // A method, such as .check(), does not change the type.
  if (of.type !== "Identifier" || textOf(of, "name") !== "z") return schemaDoc(of, module);
  const inner = (): SchemaDoc => schemaDoc(first, module);
  switch (name) {
    case "_default":
      return { ...inner(), default: defaultText(second, module), isOptional: true };
    case "optional":
      return { ...inner(), isOptional: true };
    case "array": {
      const { type, members } = inner();
      return plain(/ \| /.test(type) && !type.startsWith("{") ? `(${type})[]` : `${type}[]`, members);
    }
    case "enum": {
      const values = literalOf(first, module);
      return Array.isArray(values) ? plain(values.map(literalText).join(" | ")) : unknown();
    }
    case "literal":
      return plain(literalText(literalOf(first, module)));
    case "union":
      return plain(
        listOf(first, "elements")
          .map((it) => schemaDoc(it, module).type)
          .join(" | "),
      );
    case "record":
    case "partialRecord": {
      const { type, members } = schemaDoc(second, module);
      return plain(`Record<${schemaDoc(first, module).type}, ${type}>`, members);
    }
    case "strictObject":
    case "object":
      return objectDoc(listOf(first, "properties"), module, plain);
    default:
      return name in PLAIN ? plain(PLAIN[name] ?? "") : unknown();
  }
}

function objectDoc(
  properties: readonly SyntaxNode[],
  module: SourceModule,
  make: (type: string, members: SchemaDoc["members"]) => SchemaDoc,
): SchemaDoc {
  const members = properties.map((property) => {
    const { type, isOptional } = schemaDoc(property.value, module);
    return `${keyOf(property)}${isOptional ? "?" : ""}: ${type}`;
  });
  const docs = properties.map((it) => [keyOf(it), module.docOf(it)] as const).filter(([, doc]) => doc !== "");
  return make(`{ ${members.join(", ")} }`, docs);
}

function defaultText(node: SyntaxNode | undefined, module: SourceModule): string {
  const value = literalOf(node, module);
  const isKnown = value !== undefined && !JSON.stringify(value).includes("null");
  return isKnown ? literalText(value) : node === undefined ? "" : module.textOf(node);
}
