import { FIELD_MANAGER } from "../../../../src/sync/target/targetPatch.ts";
import { type ApiAnswer, type ApiCall, MERGE } from "../../../cluster/ClusterApi.ts";
import { eventually } from "../../../run/eventually.ts";
import { type SyncBed, VALIDATING } from "./SyncBed.ts";

/** Calls the API with the sync's token. The body is a merge patch unless `more` sets another content type. */
export type SyncTokenCall = (method: string, path: string, body?: object, more?: ApiCall) => Promise<ApiAnswer>;

/**
 * Grants the sync's ServiceAccount every verb on `configurations`, CustomResourceDefinitions, Leases and Events, so that
 * only the ValidatingAdmissionPolicies restrict it. Resolves, when the policies are in force, to a function that calls the API
 * with its token.
 */
export async function withSyncToken(bed: SyncBed, configurations: readonly string[]): Promise<SyncTokenCall> {
  const { api } = bed.cluster;
  await api.merge("/apis/rbac.authorization.k8s.io/v1/clusterroles/postern-sync", {
    rules: [
      { apiGroups: ["admissionregistration.k8s.io"], resources: [...configurations], verbs: ["*"] },
      { apiGroups: ["apiextensions.k8s.io"], resources: ["customresourcedefinitions"], verbs: ["*"] },
      { apiGroups: ["coordination.k8s.io"], resources: ["*"], verbs: ["*"] },
      { apiGroups: ["", "events.k8s.io"], resources: ["events"], verbs: ["*"] },
    ],
  });
  const call: SyncTokenCall = (method, path, body, { query, ...more } = {}) =>
    api.call(method, path, {
      contentType: MERGE,
      ...(body === undefined ? {} : { body }),
      ...more,
      // Any other field manager is refused anyway.
      query: { ...(method === "PATCH" ? { fieldManager: FIELD_MANAGER } : {}), ...query },
      token: bed.token,
    });
  await eventually("the policies to be in force", async () => {
    const dry = { query: { dryRun: "All" } };
    const { status, body } = await call("PATCH", VALIDATING, { metadata: { labels: { x: "y" } } }, dry);
    return status === 422 && body.message.includes("postern-sync-registrations") ? true : undefined;
  });
  return call;
}
