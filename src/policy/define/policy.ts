import { isDnsLabel } from "../../protocol/kubernetesNames.ts";
import type { Operation } from "../../protocol/review/Review.ts";
import { checkMatch } from "./checkMatch.ts";
import type { Finding } from "./Finding.ts";
import type { Match } from "./Match.ts";
import type { ObjectFor, OldObjectFor, PolicyContext } from "./PolicyContext.ts";
import { PolicyDefinitionError } from "./PolicyDefinitionError.ts";
import type { ObjectOf, ResourceName } from "./ResourceTypes.ts";

/** The result of `validate` and `mutate`: nothing, one finding, or several. With any other result the policy counts as failed. */
// biome-ignore lint/suspicious/noConfusingVoidType: a function without a return statement is the usual way to say "nothing to report"
export type Findings = Finding | Iterable<Finding> | undefined | void;

/** Parses a cluster's parameters for a policy. `value` is undefined when the cluster has none. Throws for invalid parameters. A zod schema is a parser. */
export interface ParamsParser<P> {
  parse(value: unknown): P;
}

/** The finding for an async policy that misses the deadline. `allow` adds an audit annotation, `warn` a warning. */
export type DeadlineFallback = "deny" | "warn" | "allow";

/**
 * What a denial of an UPDATE does when the object had the same fault before: `warn` makes it a warning, `deny` denies.
 * Controllers must be able to scale, finish and delete objects that are older than a policy.
 */
export type ExistingFallback = "warn" | "deny";

/** The parameters of a policy without a parser: those of the cluster's settings, unchecked. */
export type RawParams = Readonly<Record<string, unknown>>;

/** The definition of a {@link policy}. */
export interface PolicyDefinition<R extends ResourceName, O extends Operation, G extends string, P> {
  /** A DNS label of at most 63 characters. Warnings, audit annotations, modes and logs use it. */
  readonly name: string;
  readonly description?: string;
  /** The version of the policy, of at most 64 characters. Decision records name it. */
  readonly version?: string;
  readonly match: Match<R, O, G>;
  /** Parses the cluster's parameters. Default: they are not checked. */
  readonly params?: ParamsParser<P>;
  /** Default: `deny`. */
  readonly onDeadline?: DeadlineFallback;
  /**
   * For faults that the old object of an UPDATE has as well, and for mirror Pods, which run already. Default: `warn`; for
   * a policy that is not asked about CREATE, `deny`: it is about the change, and not about what the object is.
   */
  readonly onExisting?: ExistingFallback;
  /**
   * Whether `validate` reports every fault of an object, each as its own finding with the path `at` of the field. Then an
   * UPDATE is denied only for findings whose field is new or has another value. Without it, the policy is asked about parts
   * of the object to find out, and in doubt the UPDATE is denied. Default: false.
   */
  readonly reportsEachFault?: boolean;
  /**
   * Whether the changes of `mutate` leave alone what controllers compare and the API server refuses to change: Pod
   * templates and labels of objects with a controller owner, labels in selectors, mirror Pods, and immutable parts on
   * UPDATE. The audit annotation `POLICY.left-alone` names them. Default: true.
   */
  readonly leaveAlone?: boolean;
  /** Returns findings. Pure: changes nothing, and returns the same findings for the same review. May be async, within `ctx.deadline`. */
  readonly validate?: (
    ctx: PolicyContext<ObjectFor<O, ObjectOf<R, G>>, OldObjectFor<O, ObjectOf<R, G>>, P>,
  ) => Findings | Promise<Findings>;
  /**
   * Changes `draft`, the object or the Pod template, in place. The gate derives the patch from the changes. Must be
   * idempotent, because the API server may call it again with its own result (`reinvocationPolicy: IfNeeded`).
   * Integers beyond 2^53 are bigints here, and only here.
   */
  readonly mutate?: (
    draft: NonNullable<ObjectOf<R, G>>,
    ctx: PolicyContext<ObjectFor<O, ObjectOf<R, G>>, OldObjectFor<O, ObjectOf<R, G>>, P>,
  ) => Findings | Promise<Findings>;
}

/** A checked policy, without the types of the objects that it matches: one list holds policies of all types. */
export interface Policy {
  readonly name: string;
  readonly description?: string;
  readonly version?: string;
  readonly match: Match;
  readonly params?: ParamsParser<unknown>;
  readonly onDeadline: DeadlineFallback;
  readonly onExisting: ExistingFallback;
  readonly reportsEachFault: boolean;
  readonly leaveAlone: boolean;
  /** The hubs of the custom resources that its gate converts, by `PLURAL.GROUP`. `defineGate` sets them. */
  readonly hubs?: ReadonlyMap<string, string>;
  readonly validate?: (ctx: PolicyContext<unknown, unknown, unknown>) => unknown;
  readonly mutate?: (draft: unknown, ctx: PolicyContext<unknown, unknown, unknown>) => unknown;
}

const MAX_VERSION_LENGTH = 64;
const KEYS = [
  "name",
  "description",
  "version",
  "match",
  "params",
  "onDeadline",
  "onExisting",
  "reportsEachFault",
  "leaveAlone",
  "validate",
  "mutate",
];

/**
 * Defines a policy: a named, pure unit that does not depend on HTTP, clusters or modes. Throws
 * {@link PolicyDefinitionError} for a definition that can never match or never return a finding.
 */
export function policy<
  const R extends ResourceName,
  const O extends Operation = "CREATE" | "UPDATE",
  const G extends string = never,
  P = RawParams,
>(definition: PolicyDefinition<R, O, G, P>): Policy {
  const { name, match, onDeadline = "deny", leaveAlone = true } = definition;
  // A validator made by `validations` reports each fault.
  const { reportsEachFault = Object.hasOwn(definition.validate ?? {}, "validations") } = definition;
  if (typeof name !== "string" || !isDnsLabel(name))
    throw new PolicyDefinitionError(
      String(name),
      "name",
      "is not a DNS label: lower-case letters, digits and '-', at most 63",
    );
  for (const key of Object.keys(definition))
    if (!KEYS.includes(key)) throw new PolicyDefinitionError(name, key, `is unknown; known are ${KEYS.join(", ")}`);
  const { version } = definition;
  if (version !== undefined && (typeof version !== "string" || version === "" || version.length > MAX_VERSION_LENGTH))
    throw new PolicyDefinitionError(name, "version", `is not a text of 1 to ${MAX_VERSION_LENGTH} characters`);
  if (definition.params !== undefined && typeof definition.params?.parse !== "function")
    throw new PolicyDefinitionError(name, "params", "has no parse function; a zod schema has one");
  if (definition.validate === undefined && definition.mutate === undefined)
    throw new PolicyDefinitionError(name, "validate", "and mutate are missing: a policy requires one of them");
  for (const key of ["validate", "mutate"] as const)
    if (definition[key] !== undefined && typeof definition[key] !== "function")
      throw new PolicyDefinitionError(name, key, "is not a function");
  if (onDeadline !== "deny" && onDeadline !== "warn" && onDeadline !== "allow")
    throw new PolicyDefinitionError(
      name,
      "onDeadline",
      `is ${JSON.stringify(onDeadline)}, not "deny", "warn" or "allow"`,
    );
  checkMatch(name, match);
  const { onExisting = isAboutChange(match) ? "deny" : "warn" } = definition;
  if (onExisting !== "warn" && onExisting !== "deny")
    throw new PolicyDefinitionError(name, "onExisting", `is ${JSON.stringify(onExisting)}, not "warn" or "deny"`);
  for (const [key, value] of Object.entries({ leaveAlone, reportsEachFault }))
    if (typeof value !== "boolean") throw new PolicyDefinitionError(name, key, "is not true or false");
  for (const key of ["onExisting", "reportsEachFault"] as const)
    if (definition[key] !== undefined && definition.validate === undefined)
      throw new PolicyDefinitionError(name, key, "is for validate, which the policy does not have");
  if (definition.validate === undefined && match.operations?.every((operation) => operation === "DELETE"))
    throw new PolicyDefinitionError(name, "match.operations", "has only DELETE, which has no object to mutate");
  if (
    match.operations?.some((operation) => operation === "DELETE") &&
    definition.validate !== undefined &&
    "validations" in definition.validate
  )
    throw new PolicyDefinitionError(name, "match.operations", "has DELETE, which has no object for validations");
  // The index selects only reviews that the match names, so the parameter types hold. TypeScript cannot check that.
  const erased = { ...definition, onDeadline, onExisting, reportsEachFault, leaveAlone } as unknown as Policy;
  return Object.freeze(erased);
}

/** Whether a policy is asked about changes of objects, but not about new objects. A subresource changes an object. */
function isAboutChange({ operations, resources }: Match): boolean {
  return operations?.includes("CREATE") === false || resources.every((resource) => resource.includes("/"));
}
