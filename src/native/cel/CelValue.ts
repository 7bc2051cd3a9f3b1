import { celString } from "../../registration/conditions/celString.ts";
import { NotNativeError } from "./NotNativeError.ts";

/** The type of a CEL expression, as far as the translation needs it. */
export type CelType = "bool" | "string" | "number" | "list" | "map" | "any";

/** What an expression of a policy's function is in CEL. */
export type CelValue =
  /** Known when the policy is rendered. */
  | { readonly kind: "constant"; readonly value: unknown }
  /** An expression with a value. */
  | { readonly kind: "value"; readonly cel: string; readonly type: CelType }
  /** An optional: a member that may be absent, which is `undefined` in JavaScript. */
  | { readonly kind: "optional"; readonly cel: string }
  /** A condition that is `undefined` where `present` is false: `a?.startsWith("b")`. */
  | { readonly kind: "maybe"; readonly present: string; readonly cel: string }
  /** A number that is NaN where `present` is false: `compareQuantities(a, b)`. */
  | { readonly kind: "maybe-number"; readonly present: string; readonly cel: string }
  /** A record that has no form in CEL, such as the scope of a function. */
  | { readonly kind: "record"; readonly members: Readonly<Record<string, CelValue>> }
  /** A function of a scope. */
  | { readonly kind: "function"; readonly call: (args: readonly CelValue[]) => CelValue };

/** A JSON value as a CEL literal. Throws {@link NotNativeError} for undefined and functions. */
export function celLiteral(value: unknown): string {
  if (typeof value === "string") return celString(value);
  if (typeof value === "boolean" || value === null) return String(value);
  if (typeof value === "number" && Number.isFinite(value))
    return Number.isInteger(value) ? String(value) : `double(${celString(String(value))})`;
  if (Array.isArray(value)) return `[${value.map(celLiteral).join(", ")}]`;
  if (typeof value === "object")
    return `{${Object.entries(value)
      // In Kubernetes the values of a map must have one type, and so must its absent members and their fallbacks.
      .map(([key, member]) => `${celString(key)}: dyn(${celLiteral(member)})`)
      .join(", ")}}`;
  throw new NotNativeError(`a value of the type ${typeof value} has no form in CEL`);
}

/** A value, as an expression with a value. An absent optional is an error of the expression, as it is one in JavaScript. */
export function plain(value: CelValue): string {
  switch (value.kind) {
    case "constant":
      return celLiteral(value.value);
    case "value":
      return value.cel;
    case "optional":
      return `${value.cel}.value()`;
    case "maybe":
      throw new NotNativeError("a value that may be undefined is used as one; compare it with true or false");
    case "maybe-number":
      throw new NotNativeError("a number that may be NaN is used as a value; compare it with <, <=, >, >= or ===");
    case "record":
    case "function":
      throw new NotNativeError("a scope is used as a value");
  }
}

/** A value, as a condition. JavaScript takes any value for one, and CEL only a boolean. */
export function condition(value: CelValue): string {
  if (value.kind === "constant" && typeof value.value === "boolean") return String(value.value);
  if (value.kind === "value" && value.type === "bool") return value.cel;
  throw new NotNativeError("a condition is not known to be a boolean; compare it with === true");
}

/** A condition. */
export function bool(cel: string): CelValue {
  return { kind: "value", cel, type: "bool" };
}

/** The type of a constant. */
export function typeOfConstant(value: unknown): CelType {
  if (Array.isArray(value)) return "list";
  const type = typeof value;
  if (type === "boolean") return "bool";
  if (type === "string" || type === "number") return type;
  return type === "object" && value !== null ? "map" : "any";
}

/** A member of a value, which may be absent. */
export function member(of: CelValue, key: string): CelValue {
  if (of.kind === "record") {
    const found = Object.hasOwn(of.members, key) ? of.members[key] : undefined;
    if (found === undefined) throw new NotNativeError(`the scope has no ${key} that CEL can use`);
    return found;
  }
  if (of.kind === "constant") {
    const { value } = of;
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key))
      return { kind: "constant", value: undefined };
    return { kind: "constant", value: Reflect.get(value, key) };
  }
  const base = of.kind === "value" || of.kind === "optional" ? of.cel : plain(of);
  return { kind: "optional", cel: PLAIN.test(key) ? `${base}.?${key}` : `${base}[?${celString(key)}]` };
}

/** A member whose name is an expression. */
export function memberBy(of: CelValue, key: CelValue): CelValue {
  if (key.kind === "constant" && typeof key.value === "string") return member(of, key.value);
  if (of.kind !== "constant" && of.kind !== "value" && of.kind !== "optional")
    throw new NotNativeError("a scope has no members by expression");
  const base = of.kind === "constant" ? celLiteral(of.value) : of.cel;
  return { kind: "optional", cel: `${base}[?${plain(key)}]` };
}

/** Identifiers that are no reserved words of CEL (cel-spec, "Syntax"). */
const PLAIN =
  /^(?!(?:as|break|const|continue|else|false|for|function|if|import|in|let|loop|package|namespace|null|return|true|var|void|while)$)[A-Za-z_]\w*$/;
