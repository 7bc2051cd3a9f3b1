import { formatPath } from "../policy/define/formatPath.ts";
import type { Validation, ValidationStep } from "../policy/validations/Validation.ts";
import { fieldOf } from "../policy/validations/ValidationTree.ts";
import { celString } from "../registration/conditions/celString.ts";
import { type CelValue, condition, member, plain } from "./cel/CelValue.ts";
import { celOf } from "./cel/celOf.ts";
import { compareQuantitiesCel } from "./cel/compareQuantitiesCel.ts";
import { NotNativeError } from "./cel/NotNativeError.ts";

/** A validation of a ValidatingAdmissionPolicy (`admissionregistration.k8s.io/v1`). */
export interface NativeValidation {
  readonly expression: string;
  /** A CEL expression for the message; undefined where the function of the message has no form in CEL. */
  readonly messageExpression: string | undefined;
}

/** What an expression reads: CEL expressions for an object, and for the list of its containers. */
export interface NativeRoot {
  readonly object: string;
  readonly containers: string;
}

/** The object of a request, and the one before. */
export interface NativeRoots {
  readonly now: NativeRoot;
  /** Undefined where an update is judged as a new object is. */
  readonly before: NativeRoot | undefined;
}

/** What is known when a policy is printed: the parameters of the cluster, and the one of the `cases` of the validation. */
export interface NativeConstants {
  readonly params: unknown;
  readonly current: unknown;
}

/**
 * A validation in CEL, of one of its cases. With `before`, an update is admitted where the old object has a fault of the same
 * validation. Throws {@link NotNativeError}.
 */
export function nativeValidation(
  validation: Validation,
  { now, before }: NativeRoots,
  constants: NativeConstants,
): NativeValidation {
  const of = new Items(validation, now, constants);
  const had =
    before === undefined
      ? []
      : [`request.operation == 'UPDATE' && ${new Items(validation, before, constants).isFaulty()}`];
  return { expression: [`!(${of.isFaulty()})`, ...had].join(" || "), messageExpression: messageCel(of) };
}

function messageCel(of: Items): string | undefined {
  try {
    return of.messages();
  } catch (error) {
    // The function of a message is not held to what CEL can say: the message does not change the verdict.
    if (error instanceof NotNativeError) return undefined;
    throw error;
  }
}

function objectValue({ object }: NativeRoot): CelValue {
  return { kind: "value", cel: object, type: "any" };
}

const text = (cel: string): CelValue => ({ kind: "value", cel, type: "string" });

/** An absent namespace or name is empty, as in the gate. */
const REQUEST: CelValue = {
  kind: "record",
  members: {
    user: { kind: "value", cel: "request.userInfo", type: "any" },
    kind: { kind: "value", cel: "request.kind", type: "any" },
    namespace: text("request.?namespace.orValue('')"),
    name: text("request.?name.orValue('')"),
    operation: text("request.operation"),
  },
};

/** The items of a validation, step by step. */
class Items {
  readonly #validation: Validation;
  readonly #root: NativeRoot;
  readonly #constants: NativeConstants;

  constructor(validation: Validation, root: NativeRoot, constants: NativeConstants) {
    this.#validation = validation;
    this.#root = root;
    this.#constants = constants;
  }

  /** Whether the object is judged, and one of the items is faulty. */
  isFaulty(): string {
    const { when } = this.#validation;
    const fault = this.#visit(0, objectValue(this.#root), undefined, "exists");
    return when === undefined ? fault : `(${condition(celOf(when, [objectValue(this.#root)]))} && ${fault})`;
  }

  /** The messages of the faulty items, as one text. */
  messages(): string {
    return this.#visit(0, objectValue(this.#root), undefined, "messages");
  }

  #visit(from: number, item: CelValue, container: CelValue | undefined, what: "exists" | "messages"): string {
    const step = this.#validation.steps[from];
    if (step === undefined) return this.#ask(item, container, what);
    if (step.kind === "member") {
      const of = membersOf(item, step);
      const value: CelValue = { kind: "value", cel: `${plain(of)}`, type: "any" };
      const rest = this.#visit(from + 1, value, container, what);
      if (of.kind !== "optional") throw new NotNativeError("a member of a scope");
      return what === "exists" ? `(${of.cel}.hasValue() && ${rest})` : rest;
    }
    const variable = `${"abcd"[from] ?? "e"}_`;
    const element: CelValue = { kind: "value", cel: variable, type: "any" };
    const own = step.kind === "containers" ? element : container;
    const list = this.#list(step, item);
    const inner: CelValue =
      step.kind === "map"
        ? {
            kind: "record",
            members: {
              key: { ...element, type: "string" },
              value: { kind: "value", cel: `${list}[${variable}]`, type: "any" },
            },
          }
        : element;
    const faulty = this.#visit(from + 1, inner, own, "exists");
    if (what === "exists") return `${list}.exists(${variable}, ${faulty})`;
    return `${list}.filter(${variable}, ${faulty}).map(${variable}, ${this.#visit(from + 1, inner, own, "messages")}).join('; ')`;
  }

  #list(step: ValidationStep, item: CelValue): string {
    if (step.kind === "containers") return this.#root.containers;
    const of = membersOf(item, step);
    if (of.kind !== "optional") return plain(of);
    // Null is absent, as in the gate: the API server has it in a Role without rules, whose `rules` lacks omitempty.
    return `${of.cel}.optFlatMap(x, optional.ofNonZeroValue(x)).orValue(${step.kind === "map" ? "{}" : "[]"})`;
  }

  #ask(item: CelValue, container: CelValue | undefined, what: "exists" | "messages"): string {
    const { fault, message, data } = this.#validation;
    const { params, current } = this.#constants;
    const members: Record<string, CelValue> = {
      object: objectValue(this.#root),
      params: { kind: "constant", value: params },
      data: { kind: "constant", value: data },
      current: { kind: "constant", value: current },
      request: REQUEST,
      compareQuantities: { kind: "function", call: compareQuantitiesCel },
      ...(container === undefined ? {} : { container }),
    };
    if (what === "exists") return condition(celOf(fault, [item, { kind: "record", members }]));
    const path: CelValue = { kind: "constant", value: pathOf(this.#validation, current) };
    const said = celOf(message, [item, { kind: "record", members: { ...members, at: path } }]);
    if (said.kind === "constant") return celString(String(said.value));
    return said.kind === "value" && said.type === "string" ? said.cel : `string(${plain(said)})`;
  }
}

function membersOf(item: CelValue, { keys }: ValidationStep): CelValue {
  return keys.reduce((of: CelValue, key) => member(of, key), item);
}

/** The path of a field, without indices. */
function pathOf(validation: Validation, current: unknown): string {
  const steps = validation.steps.flatMap(({ kind, keys }) => (kind === "containers" ? ["spec", "containers"] : keys));
  return formatPath([...steps, ...fieldOf(validation, current)]);
}
