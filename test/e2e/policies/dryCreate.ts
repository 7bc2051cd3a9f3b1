import type { ApiAnswer, KubeObject } from "../../cluster/ClusterApi.ts";
import type { TestNamespace } from "../../cluster/TestNamespace.ts";
import type { ObjectKind } from "./objects/objectKinds.ts";

/** Creates an object in a namespace by a dry run: it is admitted as any other and not stored. */
export function dryCreate(
  ns: TestNamespace,
  { group, version, resource }: ObjectKind,
  object: KubeObject,
): Promise<ApiAnswer> {
  const path = group === "" ? ns.path(resource) : ns.path(`${group}/${version}`, resource);
  return ns.cluster.api.create(path, object, { query: { dryRun: "All" } });
}

/** Whether API validation refused the object, which it does before validating admission. */
export function isInvalid({ status, body }: ApiAnswer): boolean {
  return status === 422 && body.reason === "Invalid";
}
