import type * as z from "zod/mini";
import { isJsonObject, type JsonObject } from "../Json.ts";
import { shapeFault } from "../shapeFault.ts";
import type { admissionRequestSchema, userSchema } from "./admissionReviewSchema.ts";
import { checkAdmissionReview } from "./checkAdmissionReview.ts";
import type { DecodeFault, DecodeResult } from "./DecodeResult.ts";
import type { GroupVersionKind, GroupVersionResource, Operation, Review, User } from "./Review.ts";
import { reviewVersion } from "./reviewVersion.ts";

type Request = z.infer<typeof admissionRequestSchema>;

/**
 * Decodes an AdmissionReview, v1 or v1beta1, from parsed JSON. Only the envelope is checked. CREATE and UPDATE must have
 * an `object`, and UPDATE an `oldObject`: a policy must never allow a request because it saw no object. On DELETE
 * `oldObject` may be null, because the API server sends null to mutating webhooks.
 */
export function decodeAdmissionReview(body: unknown): DecodeResult<Review> {
  const version = reviewVersion(body, "AdmissionReview", "admission.k8s.io");
  if (!version.ok) return version;
  const checked = checkAdmissionReview(body);
  if (!checked.ok) return checked;
  const { request } = checked.value;
  const object = objectOrNull(request.object);
  const oldObject = objectOrNull(request.oldObject);
  const required = REQUIRED_OBJECTS[request.operation];
  if (object === undefined || (object === null && required.object))
    return refused("request.object", `expected an object for ${request.operation}`);
  if (object !== null && request.operation === "DELETE") return refused("request.object", "expected null for DELETE");
  if (oldObject === undefined || (oldObject === null && required.oldObject))
    return refused("request.oldObject", `expected an object for ${request.operation}`);
  return {
    ok: true,
    value: {
      version: version.value,
      uid: request.uid,
      kind: kindOf(request.kind),
      resource: resourceOf(request.resource),
      subresource: request.subResource ?? "",
      requestKind: kindOf(request.requestKind ?? request.kind),
      requestResource: resourceOf(request.requestResource ?? request.resource),
      requestSubresource: request.requestSubResource ?? request.subResource ?? "",
      name: request.name || nameOfDeleted(request.operation, oldObject),
      namespace: request.namespace ?? "",
      operation: request.operation,
      user: decodeUser(request.userInfo),
      object,
      oldObject,
      dryRun: request.dryRun ?? false,
      options: isJsonObject(request.options) ? request.options : null,
    },
  };
}

const REQUIRED_OBJECTS: Readonly<Record<Operation, { object: boolean; oldObject: boolean }>> = {
  CREATE: { object: true, oldObject: false },
  UPDATE: { object: true, oldObject: true },
  DELETE: { object: false, oldObject: false },
  CONNECT: { object: false, oldObject: false },
};

/** The name of the old object on DELETE. The reviews of a deleted collection have no name (`attributes.name` is empty), but policies need one. */
function nameOfDeleted(operation: Operation, oldObject: JsonObject | null): string {
  const metadata = operation === "DELETE" ? oldObject?.metadata : undefined;
  return isJsonObject(metadata) && typeof metadata.name === "string" ? metadata.name : "";
}

function objectOrNull(value: Request["object"]): JsonObject | null | undefined {
  if (value === null || value === undefined) return null;
  return isJsonObject(value) ? value : undefined;
}

// Copies, so that a review has no member that a newer API server adds: policies and tests see the same on every version.
function kindOf({ group, version, kind }: GroupVersionKind): GroupVersionKind {
  return { group, version, kind };
}

function resourceOf({ group, version, resource }: GroupVersionResource): GroupVersionResource {
  return { group, version, resource };
}

function decodeUser({ username, uid, groups, extra }: z.infer<typeof userSchema>): User {
  const values: Record<string, readonly string[]> = Object.create(null);
  if (extra !== undefined && extra !== null)
    // As in the check, which does not look at a member named __proto__.
    for (const key of Object.keys(extra)) if (key !== "__proto__") values[key] = extra[key] ?? [];
  return { username: username ?? "", uid: uid ?? "", groups: groups ?? [], extra: values };
}

function refused(path: string, expected: string): { readonly ok: false; readonly fault: DecodeFault } {
  return { ok: false, fault: shapeFault(path, expected) };
}
