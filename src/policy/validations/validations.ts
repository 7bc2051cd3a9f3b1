import type { PolicyContext } from "../define/PolicyContext.ts";
import { PolicyDefinitionError } from "../define/PolicyDefinitionError.ts";
import type { Findings } from "../define/policy.ts";
import { checkFindingSettings, type FindingSettings, messageEnding, warnsOnly } from "./FindingSettings.ts";
import type { Exemption, Validation, ValidationBuilder, ValidationStep } from "./Validation.ts";
import { ValidationRun } from "./ValidationRun.ts";
import { validationTree } from "./ValidationTree.ts";

/** What holds for all validations of a policy. */
export interface ValidationSettings<T, P> extends FindingSettings {
  /** Objects that are not judged. */
  readonly exempt?: Exemption<T, P> | undefined;
  /** Images of containers that the validations of `containers[]` do not judge, with `*`. Default: none. */
  readonly exemptImages?: ((params: P) => readonly string[]) | undefined;
}

/** The `validate` of a policy whose conditions the API server can judge as well. */
export interface Validator<T, P> {
  (ctx: PolicyContext<T, unknown, P>): Findings;
  readonly validations: readonly Validation[];
  readonly settings: ValidationSettings<unknown, unknown>;
}

/**
 * The `validate` of a policy as a list of conditions: `validate: validations((on) => [on("containers[]", {...})])`. Each fault is a
 * finding of its own, with the path of its field. `postern render --native` writes the conditions as a
 * ValidatingAdmissionPolicy. Throws {@link PolicyDefinitionError}.
 */
export function validations<T, P>(
  define: (on: ValidationBuilder<NonNullable<T>, P>) => readonly Validation[],
  settings: ValidationSettings<NonNullable<T>, P> = {},
): Validator<T, P> {
  checkSettings(settings);
  // The engine hands over objects of the type that the policy matches.
  const list = readValidations(define as (on: ValidationBuilder<unknown, unknown>) => readonly Validation[]);
  const erased = settings as ValidationSettings<unknown, unknown>;
  const { exempt, exemptImages } = erased;
  const tree = validationTree(list);
  const ending = messageEnding(erased);
  const validate = (ctx: PolicyContext<unknown, unknown, unknown>): Findings => {
    const { object, params, user } = ctx;
    if (exempt?.when(object, { user, params, data: exempt.data ?? {} }) === true) return [];
    return new ValidationRun(ctx, tree, {
      isWarning: warnsOnly(erased, ctx),
      exemptImages: exemptImages?.(params) ?? [],
      ending,
    }).findings();
  };
  return Object.assign(validate, { validations: list, settings: erased }) as Validator<T, P>;
}

/** The conditions of a policy; undefined for one whose `validate` is another function. */
export function validatorOf(validate: unknown): Validator<unknown, unknown> | undefined {
  return typeof validate === "function" && "validations" in validate
    ? (validate as Validator<unknown, unknown>)
    : undefined;
}

function fail(fault: string): never {
  throw new PolicyDefinitionError("(validations)", "validations", fault);
}

function checkSettings(settings: unknown): void {
  const { exempt, exemptImages } = Object(settings);
  if (exempt !== undefined && typeof exempt?.when !== "function") fail("have exempt without a function when");
  if (exemptImages !== undefined && typeof exemptImages !== "function")
    fail("have exemptImages that is not a function that returns a list");
  checkFindingSettings(settings, (setting, fault) => fail(`have ${setting} that ${fault}`));
}

function readValidations(
  define: (on: ValidationBuilder<unknown, unknown>) => readonly Validation[],
): readonly Validation[] {
  if (typeof define !== "function") return fail("are not a function: validations((on) => [on(...)])");
  const made = new Set<Validation>();
  const on: ValidationBuilder<unknown, unknown> = (each, definition) => {
    const { fault, message, cases, lookup } = definition;
    if (typeof fault !== "function" || typeof message !== "function")
      return fail(`of ${JSON.stringify(each)} lack the function fault or message`);
    if (cases !== undefined && lookup !== undefined)
      return fail(`of ${JSON.stringify(each)} have both lookup and cases`);
    // The items of a path have its type as far as the object has the type of its resource.
    const validation = Object.freeze({
      ...definition,
      ...(cases === undefined ? {} : { cases: rememberLast(cases) }),
      steps: readSteps(each),
    }) as Validation;
    made.add(validation);
    return validation;
  };
  const list = define(on);
  if (!Array.isArray(list) || list.length === 0) return fail("are no list, or an empty one");
  if (!list.every((it) => made.has(it))) return fail("have something that on() did not make");
  return Object.freeze([...list]);
}

/** A function that is called again for other parameters only. Those of a cluster seldom change. */
function rememberLast<C>(cases: (params: unknown) => readonly C[]): (params: unknown) => readonly C[] {
  let last: { readonly params: unknown; readonly found: readonly C[] } | undefined;
  return (params) => {
    if (last === undefined || last.params !== params) last = { params, found: cases(params) };
    return last.found;
  };
}

/** A step of a path: `spec.volumes[]`, `metadata.annotations{}`, or `spec.os` at its end. */
const STEP = /^([A-Za-z][\w-]*(?:\.[A-Za-z][\w-]*)*)(?:(\[\]|\{\})(?:\.(?=.)|$)|$)/;

const KINDS: Readonly<Record<string, ValidationStep["kind"]>> = { "[]": "list", "{}": "map" };

function readSteps(each: string): readonly ValidationStep[] {
  const steps: ValidationStep[] = [];
  let rest = each;
  while (rest !== "") {
    const [whole = "", path = "", kind] = STEP.exec(rest) ?? [];
    if (whole === "") return fail(`have the path ${JSON.stringify(each)}; expected one such as "spec.volumes[]"`);
    rest = rest.slice(whole.length);
    if (path === "containers" && kind === "[]" && steps.length === 0) steps.push({ kind: "containers", keys: [] });
    else steps.push({ kind: KINDS[kind ?? ""] ?? "member", keys: path.split(".") });
  }
  return steps;
}
