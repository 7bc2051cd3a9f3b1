import * as z from "zod/mini";

/**
 * The longest text that the API server or a resource definition chooses. Groups are DNS subdomains (253 characters),
 * versions and kinds are DNS labels (63), a uid has 36. The object's name has no limit here: the client chooses it, and
 * RBAC objects may have names of any length (`ValidatePathSegmentName`). A review that is not decoded is an error, and
 * with failurePolicy Ignore an error allows the request.
 */
const MAX_TEXT_LENGTH = 1024;

const text = z.string().check(z.maxLength(MAX_TEXT_LENGTH));
const nonEmptyText = z.string().check(z.minLength(1), z.maxLength(MAX_TEXT_LENGTH));
const jsonObject = z.looseObject({});

/** `metav1.GroupVersionKind`. */
export const groupVersionKindSchema = z.object({ group: text, version: nonEmptyText, kind: nonEmptyText });
/** `metav1.GroupVersionResource`. */
export const groupVersionResourceSchema = z.object({ group: text, version: nonEmptyText, resource: nonEmptyText });

/** `authentication.k8s.io/v1` UserInfo. */
export const userSchema = z.object({
  username: z.nullish(z.string()),
  uid: z.nullish(z.string()),
  groups: z.nullish(z.array(z.string())),
  extra: z.nullish(z.record(z.string(), z.nullable(z.array(z.string())))),
});

/**
 * The envelope of `admission.k8s.io` AdmissionRequest, the same in v1 and v1beta1. Unknown members are ignored because
 * newer API servers add some. `object` and `oldObject` are not checked here.
 */
export const admissionRequestSchema = z.object({
  uid: nonEmptyText,
  kind: groupVersionKindSchema,
  resource: groupVersionResourceSchema,
  subResource: z.nullish(text),
  requestKind: z.nullish(groupVersionKindSchema),
  requestResource: z.nullish(groupVersionResourceSchema),
  requestSubResource: z.nullish(text),
  name: z.nullish(z.string()),
  namespace: z.nullish(z.string()),
  operation: z.enum(["CREATE", "UPDATE", "DELETE", "CONNECT"]),
  userInfo: userSchema,
  object: z.optional(z.unknown()),
  oldObject: z.optional(z.unknown()),
  dryRun: z.nullish(z.boolean()),
  options: z.nullish(jsonObject),
});

/** The AdmissionReview that the API server sends. */
export const admissionReviewSchema = z.object({
  apiVersion: z.enum(["admission.k8s.io/v1", "admission.k8s.io/v1beta1"]),
  kind: z.literal("AdmissionReview"),
  request: admissionRequestSchema,
});
