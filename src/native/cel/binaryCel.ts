import { bool, type CelType, type CelValue, condition, plain, typeOfConstant } from "./CelValue.ts";
import { NotNativeError } from "./NotNativeError.ts";

type Constant = Extract<CelValue, { readonly kind: "constant" }>;

/** `!a`. */
export function notCel(value: CelValue): CelValue {
  if (value.kind === "constant" && typeof value.value === "boolean") return { kind: "constant", value: !value.value };
  const cel = condition(value);
  // `a !== undefined` is the negation of a test for absence.
  if (/^![\w.?]+\.hasValue\(\)$/.test(cel)) return bool(cel.slice(1));
  return bool(`!(${cel})`);
}

/** `-a`. */
export function negativeCel(value: CelValue): CelValue {
  if (value.kind === "constant" && typeof value.value === "number") return { kind: "constant", value: -value.value };
  return { kind: "value", cel: `-(${plain(value)})`, type: "number" };
}

/** `test ? left : right`. */
export function conditionalCel(test: CelValue, left: () => CelValue, right: () => CelValue): CelValue {
  if (test.kind === "constant" && typeof test.value === "boolean") return test.value ? left() : right();
  const [then, otherwise] = [left(), right()];
  if ([then, otherwise].some((it) => it.kind === "optional" || isUndefined(it)))
    return { kind: "optional", cel: `(${condition(test)} ? ${optional(then)} : ${optional(otherwise)})` };
  const type = typeOf(then) === typeOf(otherwise) ? typeOf(then) : "any";
  return { kind: "value", cel: `(${condition(test)} ? ${plain(then)} : ${plain(otherwise)})`, type };
}

function isUndefined(value: CelValue): boolean {
  return value.kind === "constant" && value.value === undefined;
}

function optional(value: CelValue): string {
  if (value.kind === "optional") return value.cel;
  return isUndefined(value) ? "optional.none()" : `optional.of(${plain(value)})`;
}

/** `a && b` and `a || b`. The right side is not translated where the left one decides. */
export function logicalCel(operator: "&&" | "||", left: CelValue, right: () => CelValue): CelValue {
  if (left.kind === "constant" && typeof left.value === "boolean")
    return left.value === (operator === "||") ? left : right();
  const other = right();
  if (other.kind === "constant" && typeof other.value === "boolean")
    return other.value === (operator === "||") ? other : left;
  return bool(`(${condition(left)} ${operator} ${condition(other)})`);
}

/** `a ?? b`: null counts as absent, as the API server drops it from objects. */
export function coalesceCel(left: CelValue, right: () => CelValue): CelValue {
  switch (left.kind) {
    case "constant":
      return left.value === undefined || left.value === null ? right() : left;
    case "optional": {
      const fallback = right();
      if (fallback.kind === "optional") return { kind: "optional", cel: `${left.cel}.or(${fallback.cel})` };
      return { kind: "value", cel: `${left.cel}.orValue(${plain(fallback)})`, type: typeOf(fallback) };
    }
    case "maybe": {
      const fallback = right();
      if (fallback.kind !== "constant" || typeof fallback.value !== "boolean")
        throw new NotNativeError("a condition that may be undefined has a fallback other than true or false");
      return bool(fallback.value ? `(!${left.present} || ${left.cel})` : `(${left.present} && ${left.cel})`);
    }
    case "value":
      return left;
    case "maybe-number":
    case "record":
    case "function":
      throw new NotNativeError("?? after what is never absent");
  }
}

/** `typeof a === "string"`. */
export function isTextCel(value: CelValue): CelValue {
  switch (value.kind) {
    case "constant":
      return { kind: "constant", value: typeof value.value === "string" };
    case "optional":
      return bool(`(${value.cel}.hasValue() && type(${value.cel}.value()) == string)`);
    case "value":
      if (value.type !== "any") return { kind: "constant", value: value.type === "string" };
      return bool(`type(${value.cel}) == string`);
    default:
      throw new NotNativeError("a scope is compared");
  }
}

/** `a === b`, `a < b`, `a + b`, `"a" in b` and their like. `==` has other rules in JavaScript, and is refused but for `a == null`. */
export function binaryCel(operator: string, left: CelValue, right: CelValue): CelValue {
  if ((operator === "==" || operator === "!=") && right.kind === "constant" && right.value === null) {
    const isAbsent = absent(left);
    return operator === "==" ? isAbsent : notCel(isAbsent);
  }
  if (left.kind === "constant" && right.kind === "constant") return folded(operator, left.value, right.value);
  switch (operator) {
    case "===":
      return equal(left, right);
    case "!==":
      return notCel(equal(left, right));
    case "<":
    case "<=":
    case ">":
    case ">=":
      return compared(operator, left, right);
    case "+":
      return sum(left, right);
    case "in": {
      if (left.kind !== "constant")
        throw new NotNativeError("in also finds inherited members, such as constructor; write Object.hasOwn(b, a)");
      const base = right.kind === "optional" ? right.cel : plain(right);
      return bool(`${base}[?${plain(left)}].hasValue()`);
    }
  }
  throw new NotNativeError(`the operator ${operator} has no form in CEL`);
}

/** `a == null`: custom resources keep a null, and the API server drops it from other objects. */
function absent(value: CelValue): CelValue {
  switch (value.kind) {
    case "constant":
      return { kind: "constant", value: value.value === undefined || value.value === null };
    case "optional":
      return bool(`(!${value.cel}.hasValue() || dyn(${value.cel}.value()) == null)`);
    case "value":
      return bool(value.type === "any" ? `dyn(${value.cel}) == null` : "false");
    default:
      throw new NotNativeError("a scope is compared");
  }
}

function folded(operator: string, left: unknown, right: unknown): CelValue {
  const value = foldedValue(operator, left, right);
  return { kind: "constant", value };
}

function foldedValue(operator: string, left: unknown, right: unknown): unknown {
  if (operator === "===") return left === right;
  if (operator === "!==") return left !== right;
  if (operator === "+" && typeof left === "string" && ["string", "number", "boolean"].includes(typeof right))
    return left + String(right);
  if (operator === "+" && typeof right === "string" && ["number", "boolean"].includes(typeof left))
    return String(left) + right;
  if (typeof left === "number" && typeof right === "number")
    switch (operator) {
      case "<":
        return left < right;
      case "<=":
        return left <= right;
      case ">":
        return left > right;
      case ">=":
        return left >= right;
      case "+":
        return left + right;
    }
  throw new NotNativeError(`the operator ${operator} has no form in CEL for these constants`);
}

function equal(left: CelValue, right: CelValue): CelValue {
  if (left.kind === "constant") return equal(right, left);
  if (right.kind === "constant") return equalsConstant(left, right);
  if (left.kind === "optional" && right.kind === "optional") return bool(`${left.cel} == ${right.cel}`);
  if (left.kind === "optional") return bool(`${left.cel} == optional.of(${plain(right)})`);
  if (right.kind === "optional") return bool(`${right.cel} == optional.of(${plain(left)})`);
  return bool(`${plain(left)} == ${typeOf(right) === "bool" ? `(${plain(right)})` : plain(right)}`);
}

function equalsConstant(left: CelValue, right: Constant): CelValue {
  const { value } = right;
  if (typeof value === "object")
    throw new NotNativeError("a comparison with null, a list or an object; compare with undefined");
  switch (left.kind) {
    case "optional":
      return bool(value === undefined ? `!${left.cel}.hasValue()` : `${left.cel} == optional.of(${plain(right)})`);
    case "maybe":
      if (value === true) return bool(`(${left.present} && ${left.cel})`);
      if (value === false) return bool(`(${left.present} && !${left.cel})`);
      return bool(`!${left.present}`);
    case "maybe-number":
      if (typeof value !== "number") return { kind: "constant", value: false };
      return bool(`(${left.present} && ${left.cel} == ${plain(right)})`);
    case "value":
      return value === undefined ? { kind: "constant", value: false } : bool(`${left.cel} == ${plain(right)}`);
    default:
      throw new NotNativeError("a scope is compared");
  }
}

/** Of what is absent or NaN JavaScript says false. */
function compared(operator: string, left: CelValue, right: CelValue): CelValue {
  const present = [left, right].flatMap((it) => {
    if (it.kind === "optional") return [`${it.cel}.hasValue()`];
    return it.kind === "maybe-number" ? [it.present] : [];
  });
  const [one, other] = [left, right].map((it) => (it.kind === "maybe-number" ? it.cel : plain(it)));
  return bool(`(${[...present, `${one} ${operator} ${other}`].join(" && ")})`);
}

/** A sum of numbers, or a text: of a number CEL makes no text by itself. An absent member is an empty text. */
function sum(left: CelValue, right: CelValue): CelValue {
  if (![left, right].some((it) => typeOf(it) === "string"))
    return {
      kind: "value",
      cel: `(${plain(left)} + ${plain(right)})`,
      type: typeOf(left) === "number" ? "number" : "any",
    };
  const text = (it: CelValue): string => {
    if (typeOf(it) === "string") return plain(it);
    return it.kind === "optional" ? `string(${it.cel}.orValue(''))` : `string(${plain(it)})`;
  };
  return { kind: "value", cel: `${text(left)} + ${text(right)}`, type: "string" };
}

function typeOf(value: CelValue): CelType {
  if (value.kind === "constant") return typeOfConstant(value.value);
  return value.kind === "value" ? value.type : "any";
}
