import { isJsonObject } from "../../protocol/Json.ts";
import type { Review } from "../../protocol/review/Review.ts";

/** The controllers that make objects of a name that nobody chose: kube-controller-manager, with one ServiceAccount each or as a whole. */
const CONTROLLER =
  /^system:(?:kube-controller-manager|serviceaccount:kube-system:(?:deployment|replicaset|replication|statefulset|daemon-set|job|cronjob)-controller)$/;
/** What they make with owners that they write themselves. A PersistentVolumeClaim has those that a user wrote into its template as well. */
const MADE = new Set(["pods", "replicasets", "jobs"]);
/** So much of `generateName` is in the name that the API server makes of it. */
const MAX_GENERATED = 58;

/** What exceptions ask of a request besides its namespace. */
export interface ExceptedRequest {
  readonly username: string;
  /** The names that stand for the object. */
  readonly names: readonly string[];
}

/** Tests what exceptions ask of a request. */
export interface RequestMatcher {
  /** Undefined for all names. */
  readonly isNamed: ((name: string) => boolean) | undefined;
  /** Undefined for all users. */
  readonly isOf: ((username: string) => boolean) | undefined;
}

/** What exceptions ask of a review. */
export function exceptedRequest(review: Review): ExceptedRequest {
  return { username: review.user.username, names: namesOf(review) };
}

/** Whether an exception is for the name and the user of a request. */
export function matchesRequest({ isNamed, isOf }: RequestMatcher, { names, username }: ExceptedRequest): boolean {
  return (isNamed === undefined || names.some(isNamed)) && (isOf === undefined || isOf(username));
}

/**
 * The names that stand for an object. What a controller makes has the name of its owner as well, without the suffix that the
 * controller gave the owner: the Pods of a Deployment are those of its name. A new object with `generateName` has no name:
 * mutators get none, and validators the one that the API server has just made.
 */
function namesOf({ name, user, operation, resource, object, oldObject }: Review): string[] {
  const { metadata } = object ?? oldObject ?? {};
  const found = isJsonObject(metadata) ? metadata : {};
  const own = name === "" ? [] : [name];
  if (CONTROLLER.test(user.username)) return MADE.has(resource.resource) ? [...own, ...ownerNames(found)] : own;
  return operation === "CREATE" && isGenerated(name, found.generateName) ? [] : own;
}

function isGenerated(name: string, base: unknown): boolean {
  return typeof base === "string" && base !== "" && name.startsWith(base.slice(0, MAX_GENERATED));
}

function ownerNames({ ownerReferences, labels }: { readonly [key: string]: unknown }): string[] {
  const owner: unknown = Array.isArray(ownerReferences)
    ? ownerReferences.find((it: unknown) => isJsonObject(it) && it.controller === true)
    : undefined;
  if (!isJsonObject(owner) || typeof owner.name !== "string" || owner.name === "") return [];
  const hash: unknown = isJsonObject(labels) ? labels["pod-template-hash"] : undefined;
  if (owner.kind === "ReplicaSet" && typeof hash === "string" && hash !== "" && owner.name.endsWith(`-${hash}`))
    return [owner.name, owner.name.slice(0, -hash.length - 1)];
  // A CronJob names its Jobs by the minute in which they were due.
  const job = owner.kind === "Job" ? /^(.+)-\d+$/.exec(owner.name)?.[1] : undefined;
  return job === undefined ? [owner.name] : [owner.name, job];
}
