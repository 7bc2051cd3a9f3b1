import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";
import { matchesGlob } from "../../protocol/matchesGlob.ts";
import type { Review } from "../../protocol/review/Review.ts";
import type { PolicyException } from "../define/PolicyException.ts";
import { namespaceMatcher } from "../match/namespaceMatcher.ts";
import { targetNamespace } from "../match/targetNamespace.ts";

/** The controllers that make objects of a name that nobody chose: kube-controller-manager, with one ServiceAccount each or as a whole. */
const CONTROLLER =
  /^system:(?:kube-controller-manager|serviceaccount:kube-system:(?:deployment|replicaset|replication|statefulset|daemon-set|job|cronjob)-controller)$/;

/** Whether an exception is for the request: namespace, name and user. Images and the time are not asked. */
export function matchesReview(exception: PolicyException, review: Review): boolean {
  const { namespaces, names, subjects } = exception;
  if (!isInNamespaces(namespaces, review)) return false;
  if (subjects !== undefined && !subjects.some((pattern) => matchesParts(pattern, review.user.username, ":")))
    return false;
  if (names === undefined) return true;
  return namesOf(review).some((name) => names.some((pattern) => matchesGlob(pattern, name)));
}

/** Whether the namespace of a request matches one of the patterns, where there are any. A name that no namespace can have does not. */
export function isInNamespaces(patterns: readonly string[] | undefined, review: Review): boolean {
  if (patterns === undefined) return true;
  const namespace = targetNamespace(review);
  return namespace.length <= 63 && namespaceMatcher({ include: patterns })(namespace);
}

/** Whether a text matches a pattern whose `*` matches no `separator`. */
export function matchesParts(pattern: string, text: string, separator: string): boolean {
  const patterns = pattern.split(separator);
  const parts = text.split(separator);
  return parts.length === patterns.length && parts.every((part, index) => matchesGlob(patterns[index] ?? "", part));
}

/**
 * The names that stand for an object. What a controller makes has the name of its owner as well, without the suffix that the
 * controller gave the owner: the Pods of a Deployment are those of its name. `name` is empty for an object whose name is to be
 * generated: it may become any.
 */
function namesOf({ name, user, object, oldObject }: Review): string[] {
  const own = name === "" ? [] : [name];
  const owner = CONTROLLER.test(user.username) ? ownerName(object ?? oldObject) : undefined;
  return owner === undefined ? own : [...own, ...owner];
}

function ownerName(object: JsonObject | null): string[] | undefined {
  const metadata = isJsonObject(object?.metadata) ? object.metadata : {};
  const { ownerReferences, labels } = metadata;
  if (!Array.isArray(ownerReferences)) return undefined;
  const owner: unknown = ownerReferences.find((it: unknown) => isJsonObject(it) && it.controller === true);
  if (!isJsonObject(owner) || typeof owner.name !== "string" || owner.name === "") return undefined;
  const hash: unknown = isJsonObject(labels) ? labels["pod-template-hash"] : undefined;
  if (owner.kind === "ReplicaSet" && typeof hash === "string" && hash !== "" && owner.name.endsWith(`-${hash}`))
    return [owner.name, owner.name.slice(0, -hash.length - 1)];
  // A CronJob names its Jobs by the minute in which they were due.
  const job = owner.kind === "Job" ? /^(.+)-\d+$/.exec(owner.name)?.[1] : undefined;
  return job === undefined ? [owner.name] : [owner.name, job];
}
