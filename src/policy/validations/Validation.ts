import type { Container } from "kubernetes-types/core/v1.js";
import type { GroupVersionKind, Operation, User } from "../../protocol/review/Review.ts";
import type { PolicyContext } from "../define/PolicyContext.ts";
import type { compareQuantities } from "../quantity/compareQuantities.ts";

/** What the functions of a validation get beside the item. Pure data. */
export interface ValidationScope<T, P, D, C = undefined> {
  /** The object, or the Pod that a template describes. */
  readonly object: T;
  /** The container that the item is in, for `containers[]` and below; the item itself for `containers[]`. */
  readonly container: Container;
  /** The cluster's parameters for the policy, parsed. */
  readonly params: P;
  /** The `data` of the validation. */
  readonly data: D;
  /** The one of the `cases` of the validation that is asked about. */
  readonly current: C;
  readonly request: RequestScope;
  /**
   * -1, 0 or 1 for two quantities such as `500m`, or one and a multiple of the other; NaN when one of them is none, so that every
   * comparison is false.
   */
  readonly compareQuantities: typeof compareQuantities;
}

/** The request to the API server. */
export interface RequestScope {
  /** Of the object of the request: a Deployment for its Pod template. */
  readonly kind: GroupVersionKind;
  readonly user: User;
  /** Empty for cluster-scoped objects. */
  readonly namespace: string;
  /** Empty on a CREATE with `generateName`. */
  readonly name: string;
  readonly operation: Operation;
}

/** What the message of a validation gets beside the item. */
export interface MessageScope<T, P, D, C = undefined> extends ValidationScope<T, P, D, C> {
  /** The path of the faulty field, such as `spec.containers[0].image`. In a native form it has no indices. */
  readonly at: string;
}

/**
 * One condition that objects must meet. Its functions are plain TypeScript, of the part that `src/native` can write in CEL: the
 * API server then judges by the same condition. Values from outside the function come from `data` or `params`.
 */
export interface ValidationDefinition<T, I, P, D, C = undefined> {
  /** Whether the object is judged at all, asked before any item. Default: it is. */
  readonly when?: (object: T) => boolean;
  /** Whether an item is faulty. */
  readonly fault: (item: I, scope: ValidationScope<T, P, D, C>) => boolean;
  /**
   * What each item is asked about, one after the other: `fault`, `at` and `message` get it as `current`. JSON that depends on
   * nothing but the parameters.
   */
  readonly cases?: (params: P) => readonly C[];
  /**
   * Says the same as `fault`, where that compares each item with a list of the object, so that its time grows with the square
   * of the object. Called once for an object. A native form is made of `fault`.
   */
  readonly lookup?: (scope: ValidationScope<T, P, D, C>) => (item: I) => boolean;
  /**
   * The path of the faulty field below the item, such as `securityContext.privileged`. A list has names with other characters:
   * `["metadata", "labels", "example.com/team"]`. With `cases`, a function of the case. Default: the item.
   */
  readonly at?: string | readonly string[] | ((current: C) => readonly string[]);
  /** One sentence for the client, without a full stop. */
  readonly message: (item: I, scope: MessageScope<T, P, D, C>) => string;
  /** Constants: JSON, and patterns. */
  readonly data?: D;
  /** Validations of a group are about one control. */
  readonly group?: string;
  /** Whether a CREATE reports it only if the others of its group found nothing. It never changes a verdict. */
  readonly isFallback?: boolean;
}

/** A step from an object to items: a member that it has, a list, the entries of a map, or a Pod's containers of all kinds. */
export interface ValidationStep {
  readonly kind: "member" | "list" | "map" | "containers";
  /** Member names from the item before. Empty for containers. */
  readonly keys: readonly string[];
}

/** A validation of a policy, without the types of its items. */
export interface Validation
  extends Omit<
    ValidationDefinition<unknown, unknown, unknown, unknown, unknown>,
    "when" | "fault" | "lookup" | "message"
  > {
  /** From the object to the items. Empty when the object is judged as a whole. */
  readonly steps: readonly ValidationStep[];
  readonly when?: (object: unknown) => unknown;
  readonly fault: (item: unknown, scope: ValidationScope<unknown, unknown, unknown, unknown>) => unknown;
  readonly lookup?: (scope: ValidationScope<unknown, unknown, unknown, unknown>) => (item: unknown) => unknown;
  readonly message: (item: unknown, scope: MessageScope<unknown, unknown, unknown, unknown>) => string;
}

/**
 * Adds a validation of the items of `each`: `""` for the object as a whole, `spec.os` for a member if there is one,
 * `spec.volumes[]` for a list, `metadata.annotations{}` for the entries of a map, `containers[]` for a Pod's containers of
 * all kinds, and `containers[].ports[]` for a list in each of them.
 */
export type ValidationBuilder<T, P> = <const E extends string, D = undefined, C = undefined>(
  each: E,
  definition: ValidationDefinition<T, ItemOf<NonNullable<T>, E>, P, D, C>,
) => Validation;

/** Objects that a policy with validations does not judge. */
export interface Exemption<T, P> {
  readonly when: (object: T, scope: ExemptionScope<P>) => boolean;
  readonly data?: ExemptionData;
}

/** Lists of names. */
export type ExemptionData = Readonly<Record<string, readonly string[]>>;

/** What an exemption gets beside the object. */
export interface ExemptionScope<P> extends Pick<PolicyContext<unknown, unknown, P>, "params"> {
  readonly user: User;
  readonly data: ExemptionData;
}

/** An entry of a map. */
export interface MapEntry<V> {
  readonly key: string;
  readonly value: V;
}

/** The type of the items of a path in objects of a type. */
export type ItemOf<T, E extends string> = E extends ""
  ? T
  : E extends `${infer Path}[].${infer Rest}`
    ? ItemOf<ListItem<T, Path>, Rest>
    : E extends `${infer Path}[]`
      ? ListItem<T, Path>
      : E extends `${infer Path}{}`
        ? MapEntry<MapValue<At<T, Path>>>
        : NonNullable<At<T, E>>;

type ListItem<T, Path extends string> = Path extends "containers"
  ? "containers" extends keyof T
    ? ElementOf<At<T, Path>>
    : Container
  : ElementOf<At<T, Path>>;
type ElementOf<L> = NonNullable<L> extends readonly (infer I)[] ? I : never;
type MapValue<M> = NonNullable<M> extends { readonly [key: string]: infer V } ? V : never;
type At<T, Path extends string> = Path extends `${infer Key}.${infer Rest}`
  ? At<MemberOf<T, Key>, Rest>
  : MemberOf<T, Path>;
/** Of each type of a union that has the member: a policy may match several resources. */
type MemberOf<T, Key extends string> = T extends null | undefined ? never : Key extends keyof T ? T[Key] : never;
