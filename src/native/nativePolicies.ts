import type { ClusterSettings } from "../policy/define/ClusterSettings.ts";
import type { Policy } from "../policy/define/policy.ts";
import { type ValidationSettings, type Validator, validatorOf } from "../policy/validations/validations.ts";
import { celString } from "../registration/conditions/celString.ts";
import { guardConditions } from "../registration/conditions/guardConditions.ts";
import { policyCondition } from "../registration/conditions/policyCondition.ts";
import type { MatchCondition } from "../registration/entry/EntryOptions.ts";
import { gateEntries, type ResolvedEntry } from "../registration/entry/gateEntries.ts";
import type { RegisteredGate } from "../registration/entry/RegisteredGate.ts";
import { CLUSTER_ANNOTATION, GATE_LABEL } from "../registration/render/renderRegistrations.ts";
import { type RegisteredTarget, registeredTargets, targetCells } from "../registration/rules/registeredTargets.ts";
import { rulesOf } from "../registration/rules/rulesOf.ts";
import { MANAGED_BY } from "../registration/selftest/selfTestObjects.ts";
import { condition } from "./cel/CelValue.ts";
import { celOf } from "./cel/celOf.ts";
import { NotNativeError } from "./cel/NotNativeError.ts";
import type { NativeBindingObject, NativeForm, NativePolicyObject } from "./NativeForm.ts";
import { type NativeRoots, type NativeValidation, nativeValidation } from "./nativeValidation.ts";
import { mirrorPods, optionalTemplates, podVariables, rootOf } from "./podVariables.ts";

/** What a native form lacks where an object may have had a fault before. */
const EXISTING = "an update that adds a fault is admitted when the old object has one of the same validation";

/**
 * The native forms of the validators of a gate, for a cluster: ValidatingAdmissionPolicies with their bindings. A policy has one
 * for objects and one for Pod templates, in each entry that it is in.
 */
export function nativePolicies(gate: RegisteredGate, settings: ClusterSettings): NativeForm[] {
  const entries = gateEntries(gate);
  return gate.policies
    .filter(({ validate }) => validate !== undefined)
    .map((policy) =>
      nativeForm(policy, { gate, settings, entries: entries.filter((it) => it.policies.includes(policy)) }),
    );
}

interface FormContext {
  readonly gate: RegisteredGate;
  readonly settings: ClusterSettings;
  readonly entries: readonly ResolvedEntry[];
}

function nativeForm(policy: Policy, context: FormContext): NativeForm {
  const { name } = policy;
  const validator = validatorOf(policy.validate);
  if (validator === undefined)
    return { policy: name, native: "no", reasons: ["it is a function, and not a list of validations"], objects: [] };
  const variation = context.settings.variationOf?.(name);
  const varies = [
    ...(variation?.mode === true ? ["its mode depends on the namespace or the date"] : []),
    ...(variation?.exceptions === true ? ["it has exceptions in this cluster"] : []),
  ];
  if (varies.length > 0) return { policy: name, native: "no", reasons: varies, objects: [] };
  const reasons: string[] = [];
  const targets = registeredTargets([policy], "validate");
  const groups = [
    { part: "", of: targets.filter(({ template }) => template.length === 0) },
    { part: "templates", of: targets.filter(({ template }) => template.length > 0) },
  ].filter(({ of }) => of.length > 0);
  const params = context.settings.paramsOf(name);
  const objects = groups.flatMap(({ part, of }) => {
    const spec = specOf(policy, validator, { targets: of, params }, reasons);
    return spec === undefined
      ? []
      : context.entries.flatMap((entry) => objectsOf({ policy, part }, entry, spec, context));
  });
  if (objects.length > 0 && policy.onExisting === "warn") reasons.push(EXISTING);
  const isWhole = objects.length > 0 && reasons.every((reason) => reason === EXISTING);
  return {
    policy: name,
    native: objects.length === 0 ? "no" : isWhole ? "yes" : "in part",
    reasons: [...new Set(reasons)],
    objects,
  };
}

/** The parts of a spec that do not depend on the entry; undefined when no validation has a native form. */
type SpecParts = Pick<NativePolicyObject["spec"], "matchConditions" | "validations"> & {
  readonly variables: NonNullable<NativePolicyObject["spec"]["variables"]>;
  readonly targets: readonly RegisteredTarget[];
};

function specOf(
  policy: Policy,
  { validations, settings }: Validator<unknown, unknown>,
  { targets, params }: { readonly targets: readonly RegisteredTarget[]; readonly params: unknown },
  reasons: string[],
): SpecParts | undefined {
  const usesPods = targets.some(
    ({ group, resource, template }) => template.length > 0 || (group === "" && resource === "pods"),
  );
  const [now, before] = ["object", "oldObject"].map((root) => rootOf(targets, root));
  const exempt = tried(() => exemptionOf(settings, now ?? "object", params), reasons);
  // Without its exemptions a policy would deny more than the gate does.
  if (exempt === undefined) return undefined;
  const roots: NativeRoots = {
    now: { object: usesPods ? "variables.pod" : "object", containers: "variables.containers" },
    before:
      policy.onExisting === "warn"
        ? { object: usesPods ? "variables.oldPod" : "oldObject", containers: "variables.oldContainers" }
        : undefined,
  };
  const native = validations.flatMap((validation) =>
    (validation.cases?.(params) ?? [undefined]).flatMap(
      (current) => tried(() => nativeValidation(validation, roots, { params, current }), reasons) ?? [],
    ),
  );
  if (native.length === 0) return undefined;
  return {
    targets,
    matchConditions: [
      ...guardConditions(targets),
      ...conditionsOf(targets),
      ...optionalTemplates(targets),
      ...mirrorPods(targets, policy.onExisting),
      ...exempt,
    ],
    variables: usesPods
      ? podVariables(policy, settings, {
          now: now ?? "object",
          before: roots.before && (before ?? "oldObject"),
          params,
        })
      : [],
    validations: native.map((it) => validationObject(it, policy, settings.help)),
  };
}

function validationObject(
  { expression, messageExpression }: NativeValidation,
  { name, description = "" }: Policy,
  help: string | undefined,
) {
  const ending = help === undefined ? "" : `; see ${help}`;
  // The API server refuses a message with line breaks.
  const text = description.replace(/\s+/g, " ").trim();
  const message = `${name}: ${text === "" ? "the object is not accepted" : text}${ending}`;
  return {
    expression,
    message,
    ...(messageExpression === undefined
      ? {}
      : {
          messageExpression: [
            celString(`${name}: `),
            messageExpression,
            ...(ending === "" ? [] : [celString(ending)]),
          ].join(" + "),
        }),
    reason: "Forbidden" as const,
  };
}

/** Runs a translation; undefined, with the reason, where there is no form. */
function tried<T>(translate: () => T, reasons: string[]): T | undefined {
  try {
    return translate();
  } catch (error) {
    if (!(error instanceof NotNativeError)) throw error;
    reasons.push(error.message);
    return undefined;
  }
}

function exemptionOf(
  { exempt }: ValidationSettings<unknown, unknown>,
  root: string,
  params: unknown,
): MatchCondition[] {
  if (exempt === undefined) return [];
  const user = { kind: "value", cel: "request.userInfo", type: "any" } as const;
  const members = {
    user,
    params: { kind: "constant", value: params } as const,
    data: { kind: "constant", value: exempt.data ?? {} } as const,
  };
  const cel = condition(
    celOf(exempt.when, [
      { kind: "value", cel: root, type: "any" },
      { kind: "record", members },
    ]),
  );
  return cel === "false" ? [] : [{ name: "postern.not-exempt", expression: `!(${cel})` }];
}

function conditionsOf(targets: readonly RegisteredTarget[]): MatchCondition[] {
  const expression = policyCondition(targets, { include: undefined, exclude: [], labels: undefined });
  return expression === undefined ? [] : [{ name: "postern.policies", expression }];
}

function objectsOf(
  { policy, part }: { readonly policy: Policy; readonly part: string },
  { name: entry, options }: ResolvedEntry,
  { targets, matchConditions, variables, validations }: SpecParts,
  { gate, settings }: FormContext,
): (NativePolicyObject | NativeBindingObject)[] {
  // Another part than that of Pod templates in the entry default, whatever the name of the entry.
  const ofPart = part === "" && entry === "templates" ? "objects" : part;
  const name = [policy.name, ofPart, entry === "default" ? "" : entry, gate.name].filter((it) => it !== "").join(".");
  const apiVersion = "admissionregistration.k8s.io/v1";
  const metadata = {
    name,
    labels: { ...MANAGED_BY, [GATE_LABEL]: gate.name },
    annotations: { [CLUSTER_ANNOTATION]: settings.cluster },
  };
  const warns = part === "templates" && validatorOf(policy.validate)?.settings.onTemplates === "warn";
  return [
    {
      apiVersion,
      kind: "ValidatingAdmissionPolicy",
      metadata,
      spec: {
        failurePolicy: "Fail",
        matchConstraints: {
          matchPolicy: "Equivalent",
          namespaceSelector: options.namespaceSelector ?? {},
          objectSelector: options.objectSelector ?? {},
          resourceRules: rulesOf(targets.flatMap(targetCells)),
        },
        matchConditions: [...matchConditions, ...(options.matchConditions ?? [])],
        ...(variables.length === 0 ? {} : { variables }),
        validations,
      },
    },
    {
      apiVersion,
      kind: "ValidatingAdmissionPolicyBinding",
      metadata,
      spec: { policyName: name, validationActions: [actionOf(settings.modeOf(policy.name), warns)] },
    },
  ];
}

function actionOf(mode: ReturnType<ClusterSettings["modeOf"]>, warns: boolean): "Deny" | "Warn" | "Audit" {
  if (mode === "audit") return "Audit";
  return mode === "warn" || warns ? "Warn" : "Deny";
}
