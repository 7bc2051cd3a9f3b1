import type { BlockStatement, Expression, Pattern, Statement, TemplateLiteral, UnaryExpression } from "acorn";
import { binaryCel, coalesceCel, conditionalCel, isTextCel, logicalCel, negativeCel, notCel } from "./binaryCel.ts";
import { type CelValue, member, memberBy, plain } from "./CelValue.ts";
import { callCel, isInChain, lengthCel } from "./callCel.ts";
import { NotNativeError } from "./NotNativeError.ts";
import { type ParsedFunction, parseFunction } from "./parseFunction.ts";
import type { Names, Translator } from "./Translator.ts";

/**
 * Translates a function of a policy into CEL. `args` is what its parameters stand for. Known is the part of JavaScript that
 * src/native/README.md lists. Throws {@link NotNativeError} for anything else: what is translated means the same.
 */
export function celOf(given: (...args: never[]) => unknown, args: readonly CelValue[]): CelValue {
  const parsed = parseFunction(given);
  return new Translation(parsed).call(parsed.node.params, parsed.node.body, args, new Map());
}

class Translation implements Translator {
  readonly #parsed: ParsedFunction;
  #variables = 0;

  constructor(parsed: ParsedFunction) {
    this.#parsed = parsed;
  }

  variable(param: Pattern | undefined): string {
    this.#variables += 1;
    return `${param?.type === "Identifier" ? param.name.replace(/\W/g, "_") : "item"}_${this.#variables}`;
  }

  call(
    params: readonly Pattern[],
    body: BlockStatement | Expression,
    args: readonly CelValue[],
    outer: Names,
  ): CelValue {
    const names = new Map(outer);
    for (const [index, param] of params.entries())
      this.#bind(param, args[index] ?? { kind: "constant", value: undefined }, names);
    return body.type === "BlockStatement" ? this.#block(body.body, names) : this.expression(body, names);
  }

  expression(node: Expression, names: Names): CelValue {
    const at = (inner: Expression): CelValue => this.expression(inner, names);
    switch (node.type) {
      case "Literal":
        if (node.regex !== undefined)
          return { kind: "constant", value: new RegExp(node.regex.pattern, node.regex.flags) };
        return { kind: "constant", value: node.value };
      case "Identifier":
        return this.#identifier(node.name, names);
      case "ParenthesizedExpression":
      case "ChainExpression":
        return at(node.expression);
      case "TemplateLiteral":
        return this.#template(node, names);
      case "ArrayExpression":
        return this.#array(node.elements, names);
      case "ObjectExpression":
        // Only as what stands for an absent map: `?? {}`.
        return node.properties.length === 0 ? { kind: "constant", value: {} } : this.fail("an object", node);
      case "UnaryExpression":
        if (node.operator === "!") return notCel(at(node.argument));
        if (node.operator === "void") return { kind: "constant", value: undefined };
        if (node.operator === "-") return negativeCel(at(node.argument));
        return this.fail(`the operator ${node.operator}`, node);
      case "LogicalExpression": {
        const left = at(node.left);
        return node.operator === "??"
          ? coalesceCel(left, () => at(node.right))
          : logicalCel(node.operator, left, () => at(node.right));
      }
      case "BinaryExpression":
        if (node.left.type === "PrivateIdentifier") return this.fail("a private name", node);
        if (isTypeofText(node.left, node.right)) {
          const isText = isTextCel(at(node.left.argument));
          if (node.operator === "===") return isText;
          if (node.operator === "!==") return notCel(isText);
        }
        return binaryCel(node.operator, at(node.left), at(node.right));
      case "ConditionalExpression":
        return conditionalCel(
          at(node.test),
          () => at(node.consequent),
          () => at(node.alternate),
        );
      case "MemberExpression": {
        if (node.object.type === "Super" || node.property.type === "PrivateIdentifier")
          return this.fail("a private member", node);
        const object = at(node.object);
        // Of an absent value JavaScript reads no member without `?.`: an error in both.
        const of: CelValue =
          object.kind === "optional" && !isInChain(node) ? { kind: "value", cel: plain(object), type: "any" } : object;
        if (node.computed) return memberBy(of, at(node.property));
        if (node.property.type !== "Identifier") return this.fail("a member", node);
        if (node.property.name === "length") return lengthCel(of, isInChain(node));
        return member(of, node.property.name);
      }
      case "CallExpression":
        return callCel(this, node, names);
      default:
        return this.fail(`the form ${node.type}`, node);
    }
  }

  fail(what: string, { start, end }: { start: number; end: number }): never {
    throw new NotNativeError(`${what} has no form in CEL`, this.#parsed.text.slice(start, end).replace(/\s+/g, " "));
  }

  #identifier(name: string, names: Names): CelValue {
    if (name === "undefined") return { kind: "constant", value: undefined };
    const found = names.get(name);
    if (found !== undefined) return found;
    throw new NotNativeError(`the function uses ${name}, which is none of its parameters; put it into data`);
  }

  #template({ quasis, expressions }: TemplateLiteral, names: Names): CelValue {
    const parts: CelValue[] = [];
    for (const [index, { value }] of quasis.entries()) {
      const text = value.cooked ?? value.raw;
      // The first part makes the sum a text.
      if (text !== "" || index === 0) parts.push({ kind: "constant", value: text });
      const expression = expressions[index];
      if (expression !== undefined) parts.push(this.expression(expression, names));
    }
    return parts.reduce((left, right) => binaryCel("+", left, right));
  }

  #array(elements: readonly unknown[], names: Names): CelValue {
    const items = (elements as readonly (Expression | { readonly type: "SpreadElement" } | null)[]).map((it) => {
      if (it === null || it.type === "SpreadElement")
        throw new NotNativeError("a list with holes or spread elements has no form in CEL");
      return this.expression(it, names);
    });
    if (items.every((it) => it.kind === "constant"))
      return { kind: "constant", value: items.map(({ value }) => value) };
    return { kind: "value", cel: `[${items.map(plain).join(", ")}]`, type: "list" };
  }

  #block(statements: readonly Statement[], outer: Names): CelValue {
    const names = new Map(outer);
    for (const [index, statement] of statements.entries()) {
      if (statement.type === "ReturnStatement")
        return statement.argument ? this.expression(statement.argument, names) : { kind: "constant", value: undefined };
      if (statement.type === "VariableDeclaration" && statement.kind === "const") {
        for (const { id, init } of statement.declarations) {
          if (!init) return this.fail("a variable without a value", statement);
          this.#bind(id, this.expression(init, names), names);
        }
        continue;
      }
      if (statement.type === "IfStatement") {
        const otherwise = statement.alternate ? blockOf(statement.alternate) : statements.slice(index + 1);
        return conditionalCel(
          this.expression(statement.test, names),
          () => this.#block(blockOf(statement.consequent), names),
          () => this.#block(otherwise, names),
        );
      }
      if (statement.type !== "EmptyStatement") return this.fail("a statement", statement);
    }
    throw new NotNativeError("a function that ends without return has no form in CEL");
  }

  #bind(pattern: Pattern, value: CelValue, names: Map<string, CelValue>): void {
    if (pattern.type === "Identifier") {
      names.set(pattern.name, value);
      return;
    }
    if (pattern.type !== "ObjectPattern") this.fail("a parameter", pattern);
    for (const property of pattern.properties) {
      if (property.type !== "Property" || property.computed || property.key.type !== "Identifier")
        this.fail("a parameter", property);
      const { name } = property.key;
      // What is not used need not have a form.
      const of = value.kind === "record" && !Object.hasOwn(value.members, name) ? undefined : member(value, name);
      if (property.value.type === "AssignmentPattern") {
        if (of === undefined) this.fail("a parameter", property);
        this.#bind(
          property.value.left,
          coalesceCel(of, () => this.expression((property.value as { right: Expression }).right, names)),
          names,
        );
      } else if (of !== undefined) this.#bind(property.value, of, names);
    }
  }
}

/** The sides of `typeof a === "string"`. */
function isTypeofText(left: Expression, right: Expression): left is UnaryExpression {
  const isTypeof = left.type === "UnaryExpression" && left.operator === "typeof";
  return isTypeof && right.type === "Literal" && right.value === "string";
}

function blockOf(statement: Statement): readonly Statement[] {
  return statement.type === "BlockStatement" ? statement.body : [statement];
}
