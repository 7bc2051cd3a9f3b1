import * as z from "zod/mini";
import type { Match } from "../policy/define/Match.ts";
import { PolicyDefinitionError } from "../policy/define/PolicyDefinitionError.ts";
import { type ExistingFallback, type Policy, type PolicyDefinition, policy } from "../policy/define/policy.ts";
import type { ObjectOf, ResourceName } from "../policy/define/ResourceTypes.ts";
import { checkFindingSettings, type FindingSettings } from "../policy/validations/FindingSettings.ts";
import type { Exemption, Validation, ValidationBuilder } from "../policy/validations/Validation.ts";
import { validations } from "../policy/validations/validations.ts";
import { isJsonObject, type JsonObject } from "../protocol/Json.ts";
import type { Operation } from "../protocol/review/Review.ts";
import { checkPodOptions } from "./BuiltinOptions.ts";
import { paramFault } from "./paramFault.ts";

/** The options that every built-in policy has, beside its parameters. */
export interface CommonOptions extends FindingSettings {
  /** The policy's name, for a gate that uses a built-in twice. */
  readonly name?: string;
  /** Default: all namespaces. */
  readonly namespaces?: Match["namespaces"];
  /** For faults that the object had before an UPDATE. Default: `warn`. */
  readonly onExisting?: ExistingFallback;
  /**
   * Whether Pod templates are checked or changed, and of which other kinds. Only for policies on Pods. Default: true for
   * validators, false for mutators.
   */
  readonly podTemplates?: Match["podTemplates"];
}

const COMMON = ["name", "namespaces", "onExisting", "podTemplates", "onTemplates", "help"];

/** The definition of a built-in policy. */
export interface BuiltinDefinition<
  R extends ResourceName,
  O extends Operation,
  G extends string,
  S extends z.core.$ZodShape,
> extends Pick<PolicyDefinition<R, O, G, z.output<z.ZodMiniObject<S>>>, "name" | "match" | "mutate" | "leaveAlone"> {
  readonly description: string;
  /** Conditions, which the API server can judge as well. */
  readonly validations?: (
    on: ValidationBuilder<NonNullable<ObjectOf<R, G>>, z.output<z.ZodMiniObject<S>>>,
  ) => readonly Validation[];
  /** Objects that the validations do not judge. */
  readonly exempt?: Exemption<NonNullable<ObjectOf<R, G>>, z.output<z.ZodMiniObject<S>>>;
  /** Images of containers that the validations do not judge, with `*`. */
  readonly exemptImages?: (params: z.output<z.ZodMiniObject<S>>) => readonly string[];
  /** A parameter, and what is wrong with it beside the others. Each of them is valid. */
  readonly contradiction?: (
    params: z.output<z.ZodMiniObject<S>>,
  ) => readonly [param: string, fault: string] | undefined;
  /** The parameters, each with its default. A cluster's `params` replace them one by one. */
  readonly params: S;
}

/** Makes the policy of a built-in. Throws `PolicyDefinitionError` for an option that it does not have. */
export type Builtin<S extends z.core.$ZodShape> =
  Record<never, never> extends OwnOptions<S>
    ? (options?: OwnOptions<S> & CommonOptions) => Policy
    : (options: OwnOptions<S> & CommonOptions) => Policy;

/** Without parameters: the input of an empty object has no members at all. */
type OwnOptions<S extends z.core.$ZodShape> = keyof S extends never ? unknown : z.input<z.ZodMiniObject<S>>;

/** Defines a built-in policy: a function of its parameters and of what all built-ins have. */
export function builtin<
  const R extends ResourceName,
  const O extends Operation = "CREATE" | "UPDATE",
  const G extends string = never,
  const S extends z.core.$ZodShape = z.core.$ZodShape,
>(definition: BuiltinDefinition<R, O, G, S>): Builtin<S> {
  const { params: shape, match, validations: define, exempt, exemptImages, contradiction, ...rest } = definition;
  const schema = z.strictObject(shape);
  const names = Object.keys(shape);
  const read = (given: JsonObject, known: readonly string[], fail: (param: string, fault: string) => never) => {
    const checked = z.safeParse(schema, given);
    if (!checked.success) return fail(...paramFault(checked.error, given, known));
    const fault = contradiction?.(checked.data);
    return fault === undefined ? checked.data : fail(...fault);
  };
  // A policy on workloads may also be one on Pods, and sees no templates.
  const isOnPods = (match.resources as readonly string[]).includes("pods") && match.podTemplates !== false;
  const make = (options?: OwnOptions<S> & CommonOptions): Policy => {
    const given: unknown = options ?? {};
    if (!isJsonObject(given)) throw new PolicyDefinitionError(definition.name, "options", "is not an object");
    const {
      name = definition.name,
      namespaces,
      onExisting,
      podTemplates,
      onTemplates,
      help,
    } = (options as CommonOptions & JsonObject) ?? {};
    const own = Object.fromEntries(Object.entries(given).filter(([key]) => !COMMON.includes(key)));
    read(own, [...names, ...COMMON], (param, fault) => {
      throw new PolicyDefinitionError(name, `options.${param}`, fault);
    });
    const settings = { onTemplates, help };
    checkFindingSettings(settings, (key, fault) => {
      throw new PolicyDefinitionError(name, `options.${key}`, fault);
    });
    for (const [key, value] of Object.entries(rest.mutate === undefined ? {} : settings))
      if (value !== undefined)
        throw new PolicyDefinitionError(
          name,
          `options.${key}`,
          "is for policies with findings; this one makes changes",
        );
    checkPodOptions(name, isOnPods ? match.resources : [], { onTemplates, podTemplates });
    const validate = define && validations(define, { exempt, exemptImages, ...settings });
    return policy({
      ...rest,
      ...(validate === undefined ? {} : { validate }),
      name,
      match: {
        ...match,
        ...(namespaces === undefined ? {} : { namespaces }),
        // A mutator of templates replaces Pods, so it needs the option.
        ...(isOnPods ? { podTemplates: podTemplates ?? match.podTemplates ?? rest.mutate === undefined } : {}),
      },
      ...(onExisting === undefined ? {} : { onExisting }),
      params: {
        parse: (raw) => {
          const ofCluster = raw ?? {};
          if (!isJsonObject(ofCluster)) throw new TypeError("is not an object");
          return read({ ...own, ...ofCluster }, names, (param, fault) => {
            throw new TypeError(`${param} ${fault}`);
          });
        },
      },
    } as PolicyDefinition<R, O, G, z.output<z.ZodMiniObject<S>>>);
  };
  // Callers must give options where a parameter has no default.
  return make as Builtin<S>;
}
