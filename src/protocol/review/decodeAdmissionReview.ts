import type * as z from "zod/mini";
import { faultFromIssue } from "../faultFromIssue.ts";
import { isJsonObject, type JsonObject } from "../Json.ts";
import { type admissionRequestSchema, admissionReviewSchema, type userSchema } from "./admissionReviewSchema.ts";
import type { DecodeResult } from "./DecodeResult.ts";
import type { Operation, Review, User } from "./Review.ts";
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
  const parsed = admissionReviewSchema.safeParse(body);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return issue === undefined
      ? shapeFault("(body)", "expected an AdmissionReview")
      : { ok: false, fault: faultFromIssue(issue) };
  }
  const request = parsed.data.request;
  const object = objectOrNull(request.object);
  const oldObject = objectOrNull(request.oldObject);
  const required = REQUIRED_OBJECTS[request.operation];
  if (object === undefined || (object === null && required.object))
    return shapeFault("request.object", `expected an object for ${request.operation}`);
  if (object !== null && request.operation === "DELETE")
    return shapeFault("request.object", "expected null for DELETE");
  if (oldObject === undefined || (oldObject === null && required.oldObject))
    return shapeFault("request.oldObject", `expected an object for ${request.operation}`);
  return {
    ok: true,
    value: {
      version: version.value,
      uid: request.uid,
      kind: request.kind,
      resource: request.resource,
      subresource: request.subResource ?? "",
      requestKind: request.requestKind ?? request.kind,
      requestResource: request.requestResource ?? request.resource,
      requestSubresource: request.requestSubResource ?? request.subResource ?? "",
      name: request.name || nameOfDeleted(request.operation, oldObject),
      namespace: request.namespace ?? "",
      operation: request.operation,
      user: decodeUser(request.userInfo),
      object,
      oldObject,
      dryRun: request.dryRun ?? false,
      options: request.options ?? null,
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

function decodeUser(info: z.infer<typeof userSchema>): User {
  const extra: Record<string, readonly string[]> = Object.create(null);
  for (const [key, values] of Object.entries(info.extra ?? {})) extra[key] = values ?? [];
  return { username: info.username ?? "", uid: info.uid ?? "", groups: info.groups ?? [], extra };
}

function shapeFault(
  path: string,
  expected: string,
): { ok: false; fault: { path: string; expected: string; about: "shape" } } {
  return { ok: false, fault: { path, expected, about: "shape" } };
}
