import type { ArrowFunctionExpression, CallExpression, Expression, FunctionExpression, Super } from "acorn";
import type { LinearPattern } from "../../policy/pattern/linearPattern.ts";
import { bool, type CelValue, celLiteral, condition, member, plain } from "./CelValue.ts";
import { NotNativeError } from "./NotNativeError.ts";
import { patternCel } from "./patternCel.ts";
import type { Names, Translator } from "./Translator.ts";

/** The macros of CEL that have a condition. */
const QUANTIFIERS: Readonly<Record<string, string>> = { some: "exists", every: "all", filter: "filter" };
/** Functions of texts: `strings` of cel-go, and the standard library. */
const TEXT_FUNCTIONS: Readonly<Record<string, string>> = { startsWith: "startsWith", endsWith: "endsWith" };

/** Translates a call of a method: of a list, a text, a pattern or `Object`. Throws {@link NotNativeError}. */
export function callCel(translator: Translator, node: CallExpression, names: Names): CelValue {
  const { callee } = node;
  const ofScope = callee.type === "Identifier" ? names.get(callee.name) : undefined;
  if (ofScope?.kind === "function") return ofScope.call(argumentsOf(translator, node, names));
  if (
    callee.type !== "MemberExpression" ||
    callee.computed ||
    callee.property.type !== "Identifier" ||
    callee.object.type === "Super"
  )
    return translator.fail("a call of a function", node);
  const args = node.arguments.map((it) =>
    it.type === "SpreadElement" ? translator.fail("a spread argument", node) : it,
  );
  const method = callee.property.name;
  if (callee.object.type === "Identifier" && callee.object.name === "Object" && !names.has("Object"))
    return ofObject(translator, method, args, names) ?? translator.fail("a call of Object", node);
  const of = translator.expression(callee.object, names);
  if (of.kind === "record") {
    const own = member(of, method);
    if (own.kind === "function") return own.call(argumentsOf(translator, node, names));
  }
  const result = methodCel(translator, { of, method, args }, names);
  if (result === undefined) return translator.fail(`the method ${method}`, node);
  // `a?.b()` is undefined where a is, also as `a?.c.b()`; `a.b()` is an error there, in both.
  if (!isInChain(callee) || of.kind !== "optional") return result;
  if (result.kind === "value" && result.type === "bool")
    return { kind: "maybe", present: `${of.cel}.hasValue()`, cel: result.cel };
  return translator.fail(`the method ${method} with ?.`, node);
}

function argumentsOf(translator: Translator, node: CallExpression, names: Names): readonly CelValue[] {
  return node.arguments.map((it) =>
    it.type === "SpreadElement" ? translator.fail("a spread argument", node) : translator.expression(it, names),
  );
}

/** Whether an expression is `undefined` where the value before an earlier `?.` is. */
export function isInChain(node: Expression | Super): boolean {
  if (node.type === "MemberExpression") return node.optional || isInChain(node.object);
  return node.type === "CallExpression" && (node.optional || isInChain(node.callee));
}

const BEYOND_FFFF = celLiteral("[\\x{10000}-\\x{10ffff}]");

/** The length of a list or a text. `isInChain`: undefined where it is absent. */
export function lengthCel(of: CelValue, isInChain: boolean): CelValue {
  if (of.kind === "optional" && isInChain) return { kind: "optional", cel: `${of.cel}.optMap(l_, l_.size())` };
  if (of.kind === "constant") {
    const { value } = of;
    if (typeof value === "string" || Array.isArray(value)) return { kind: "constant", value: value.length };
  }
  // CEL counts characters. JavaScript counts those beyond U+FFFF twice.
  if (of.kind === "value" && of.type === "string") {
    const text = receiver(of);
    return { kind: "value", cel: `(${text}.size() + ${text}.findAll(${BEYOND_FFFF}).size())`, type: "number" };
  }
  return { kind: "value", cel: `${receiver(of)}.size()`, type: "number" };
}

function ofObject(
  translator: Translator,
  method: string,
  args: readonly Expression[],
  names: Names,
): CelValue | undefined {
  const [first, second] = args.map((it) => translator.expression(it, names));
  if (first === undefined) return undefined;
  // A macro of a map has its keys.
  if (method === "keys") return { kind: "value", cel: plain(first), type: "map" };
  if (method === "values") {
    const key = translator.variable(undefined);
    return { kind: "value", cel: `${plain(first)}.map(${key}, ${plain(first)}[${key}])`, type: "list" };
  }
  if (method === "hasOwn" && second !== undefined) return bool(`${plain(second)} in ${plain(first)}`);
  return undefined;
}

/** A call of a method: `of.method(...args)`. */
interface MethodCall {
  readonly of: CelValue;
  readonly method: string;
  readonly args: readonly Expression[];
}

function methodCel(translator: Translator, call: MethodCall, names: Names): CelValue | undefined {
  const { of, method, args } = call;
  if (method === "map" || QUANTIFIERS[method] !== undefined) return macroCel(translator, call, names);
  const values = args.map((it) => translator.expression(it, names));
  // A second argument, such as a position, means something else or nothing in CEL.
  const [value] = values.length > 1 ? [] : values;
  if (method === "includes" && value !== undefined) return includesCel(of, value);
  const ofText = TEXT_FUNCTIONS[method];
  if (ofText !== undefined && value !== undefined) {
    if (of.kind === "constant" && value.kind === "constant")
      return {
        kind: "constant",
        value:
          ofText === "startsWith"
            ? String(of.value).startsWith(String(value.value))
            : String(of.value).endsWith(String(value.value)),
      };
    return bool(`${receiver(of)}.${ofText}(${plain(value)})`);
  }
  if (method === "toLowerCase")
    throw new NotNativeError(
      "toLowerCase also changes letters beyond ASCII, which CEL does not; compare with a pattern",
    );
  if (method === "split" && value?.kind === "constant" && typeof value.value === "string" && value.value !== "")
    return { kind: "value", cel: `${receiver(of)}.split(${plain(value)})`, type: "list" };
  if (method === "join" && value !== undefined && isList(of))
    return { kind: "value", cel: `${plain(of)}.join(${plain(value)})`, type: "string" };
  if (method === "test" && value !== undefined && of.kind === "constant" && isPattern(of.value))
    return bool(`${receiver(value)}.matches(${celLiteral(patternCel(of.value))})`);
  return undefined;
}

function isPattern(value: unknown): value is RegExp | LinearPattern {
  return (
    value instanceof RegExp || (typeof value === "object" && value !== null && "source" in value && "test" in value)
  );
}

/** `.exists(x, ...)`, of a list, or of the keys of a map. */
function macroCel(translator: Translator, { of, method, args }: MethodCall, names: Names): CelValue | undefined {
  const [given, ...more] = args;
  const isFunction = given?.type === "ArrowFunctionExpression" || given?.type === "FunctionExpression";
  if (!isFunction || more.length > 0) return undefined;
  const { params, body }: ArrowFunctionExpression | FunctionExpression = given;
  if (params.length > 1) return translator.fail("the index of an element", given);
  const variable = translator.variable(params[0]);
  const result = translator.call(params, body, [{ kind: "value", cel: variable, type: "any" }], names);
  const list = plain(of);
  const macro = QUANTIFIERS[method];
  if (macro === undefined) return { kind: "value", cel: `${list}.map(${variable}, ${plain(result)})`, type: "list" };
  const cel = `${list}.${macro}(${variable}, ${condition(result)})`;
  return macro === "filter" ? { kind: "value", cel, type: "list" } : bool(cel);
}

/** A value before a dot. A sum needs parentheses there. */
function receiver(of: CelValue): string {
  const cel = plain(of);
  return of.kind === "value" && cel.includes(" + ") ? `(${cel})` : cel;
}

function isList(of: CelValue): boolean {
  return (of.kind === "value" && of.type === "list") || (of.kind === "constant" && Array.isArray(of.value));
}

/** Whether a list has an element, or a text a part. What is absent is in no list. */
function includesCel(of: CelValue, value: CelValue): CelValue {
  if (of.kind === "constant" && value.kind === "constant") {
    if (Array.isArray(of.value)) return { kind: "constant", value: of.value.includes(value.value) };
    if (typeof of.value === "string") return { kind: "constant", value: of.value.includes(String(value.value)) };
  }
  const isText =
    (of.kind === "value" && of.type === "string") || (of.kind === "constant" && typeof of.value === "string");
  if (isText) return bool(`${receiver(of)}.contains(${plain(value)})`);
  if (!isList(of))
    throw new NotNativeError('includes of what is not known to be a list or a text; write (a ?? []) or (a ?? "")');
  if (of.kind === "constant" && Array.isArray(of.value) && of.value.length === 0)
    return { kind: "constant", value: false };
  const inList = `${plain(value)} in ${plain(of)}`;
  return bool(value.kind === "optional" ? `(${value.cel}.hasValue() && ${inList})` : `(${inList})`);
}
