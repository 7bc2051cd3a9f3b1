import { isDnsLabel } from "../../protocol/kubernetesNames.ts";
import type { Operation } from "../../protocol/review/Review.ts";
import { checkMatch } from "../match/checkMatch.ts";
import type { Match } from "../match/Match.ts";
import type { Finding } from "./Finding.ts";
import type { ObjectFor, OldObjectFor, PolicyContext } from "./PolicyContext.ts";
import { PolicyDefinitionError } from "./PolicyDefinitionError.ts";
import type { ObjectOf, ResourceName } from "./ResourceTypes.ts";

/** What `validate` and `mutate` may return: nothing, one finding, or several. Anything else denies in the policy's name. */
// biome-ignore lint/suspicious/noConfusingVoidType: a function without a return statement is the usual way to say "nothing to report"
export type Findings = Finding | Iterable<Finding> | undefined | void;

/** Reads a cluster's parameters for a policy, `undefined` where the cluster has none; throws on what it does not take. A zod schema fits. */
export interface ParamsParser<P> {
  parse(value: unknown): P;
}

/** What happens to a review when an async policy has not answered by the deadline. `allow` leaves an audit annotation, `warn` a warning. */
export type DeadlineFallback = "deny" | "warn" | "allow";

/** The parameters of a policy that declares no parser: whatever the cluster's settings hold. */
export type RawParams = Readonly<Record<string, unknown>>;

/** What {@link policy} takes. */
export interface PolicyDefinition<R extends ResourceName, O extends Operation, G extends string, P> {
  /** A DNS label of at most 63 characters: it names the policy in warnings, audit annotations, modes and logs. */
  readonly name: string;
  readonly description?: string;
  readonly match: Match<R, O, G>;
  readonly params?: ParamsParser<P>;
  /** Default `deny`. */
  readonly onDeadline?: DeadlineFallback;
  /** Judges. Pure: it changes nothing, and the same review gets the same findings. May be async, within `ctx.deadline`. */
  readonly validate?: (
    ctx: PolicyContext<ObjectFor<O, ObjectOf<R, G>>, OldObjectFor<O, ObjectOf<R, G>>, P>,
  ) => Findings | Promise<Findings>;
  /**
   * Changes `draft`, the object or the Pod template, in place; the patch is derived from what was touched. It must be
   * idempotent, for the API server may call it again with its own result (`reinvocationPolicy: IfNeeded`).
   */
  readonly mutate?: (
    draft: NonNullable<ObjectOf<R, G>>,
    ctx: PolicyContext<ObjectFor<O, ObjectOf<R, G>>, OldObjectFor<O, ObjectOf<R, G>>, P>,
  ) => Findings | Promise<Findings>;
}

/** A checked policy. The types of what it matches are gone: policies of all kinds live in one list. */
export interface Policy {
  readonly name: string;
  readonly description?: string;
  readonly match: Match;
  readonly params?: ParamsParser<unknown>;
  readonly onDeadline: DeadlineFallback;
  readonly validate?: (ctx: PolicyContext<unknown, unknown, unknown>) => unknown;
  readonly mutate?: (draft: unknown, ctx: PolicyContext<unknown, unknown, unknown>) => unknown;
}

const KEYS = ["name", "description", "match", "params", "onDeadline", "validate", "mutate"];

/**
 * Defines a policy: one named, pure unit that knows nothing of HTTP, clusters or modes. Throws
 * {@link PolicyDefinitionError} for a definition that could never match or never judge.
 */
export function policy<
  const R extends ResourceName,
  const O extends Operation = "CREATE" | "UPDATE",
  const G extends string = never,
  P = RawParams,
>(definition: PolicyDefinition<R, O, G, P>): Policy {
  const { name, match, onDeadline = "deny" } = definition;
  if (typeof name !== "string" || !isDnsLabel(name))
    throw new PolicyDefinitionError(
      String(name),
      "name",
      "is not a DNS label: lower-case letters, digits and '-', at most 63",
    );
  for (const key of Object.keys(definition))
    if (!KEYS.includes(key)) throw new PolicyDefinitionError(name, key, `is unknown; known are ${KEYS.join(", ")}`);
  if (definition.params !== undefined && typeof definition.params?.parse !== "function")
    throw new PolicyDefinitionError(name, "params", "has no function parse; a zod schema has one");
  if (definition.validate === undefined && definition.mutate === undefined)
    throw new PolicyDefinitionError(name, "validate", "is missing, and so is mutate: the policy would judge nothing");
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
  if (definition.validate === undefined && match.operations?.every((operation) => operation === "DELETE"))
    throw new PolicyDefinitionError(name, "match.operations", "has only DELETE, which leaves nothing to mutate");
  // The index hands a policy only what its match names, which is what these parameter types say; TypeScript cannot follow that.
  const erased = { ...definition, onDeadline } as unknown as Policy;
  return Object.freeze(erased);
}
