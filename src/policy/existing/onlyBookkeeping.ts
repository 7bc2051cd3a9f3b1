import { isJsonObject, type JsonObject } from "../../protocol/Json.ts";
import { deepEqual } from "../../protocol/patch/deepEqual.ts";
import type { FieldReads } from "./FieldReads.ts";

/** Members of the metadata that controllers and the API server write. */
const METADATA = [
  "finalizers",
  "ownerReferences",
  "managedFields",
  "resourceVersion",
  "generation",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
];
/** Annotations that controllers and kubectl write. */
const ANNOTATIONS = [
  "deployment.kubernetes.io/revision",
  "deployment.kubernetes.io/revision-history",
  "deployment.kubernetes.io/desired-replicas",
  "deployment.kubernetes.io/max-replicas",
  "deprecated.daemonset.template.generation",
  "kubectl.kubernetes.io/last-applied-configuration",
];
/** Members of the spec with which workloads are scaled and stopped. */
export const SCALING: readonly string[] = ["replicas", "suspend", "paused", "parallelism"];

/**
 * Whether only such members changed as controllers change to finish and delete objects, or with `scaling` also to scale
 * and stop them; and none that the policy read. `reads` is undefined for a policy that could not be watched.
 */
export function onlyBookkeeping(
  before: JsonObject,
  after: JsonObject,
  { reads, scaling }: { readonly reads: FieldReads | undefined; readonly scaling: boolean },
): boolean {
  const isRead = (parent: unknown, key: string): boolean => isJsonObject(parent) && reads?.has(parent, key) === true;
  const differs = (old: unknown, now: unknown, ignored: readonly string[]): boolean => {
    const was = isJsonObject(old) ? old : {};
    const is = isJsonObject(now) ? now : {};
    return Object.keys({ ...was, ...is }).some((key) => {
      if (deepEqual(was[key], is[key])) return false;
      return !ignored.includes(key) || isRead(old, key) || isRead(now, key);
    });
  };
  const [was, is] = [metadataOf(before), metadataOf(after)];
  const metadata = differs(was.annotations, is.annotations, ANNOTATIONS) ? METADATA : [...METADATA, "annotations"];
  const spec = scaling ? ["finalizers", ...SCALING] : ["finalizers"];
  const { metadata: _old, spec: oldSpec, ...oldRest } = before;
  const { metadata: _now, spec: newSpec, ...rest } = after;
  const status = isRead(before, "status") || isRead(after, "status") ? [] : ["status"];
  return !differs(oldRest, rest, status) && !differs(was, is, metadata) && !differs(oldSpec, newSpec, spec);
}

function metadataOf({ metadata }: JsonObject): JsonObject {
  return isJsonObject(metadata) ? metadata : {};
}
