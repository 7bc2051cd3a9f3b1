import * as z from "zod/mini";

/**
 * Bounds what the API server or a resource's definition chooses: groups are DNS subdomains (253 characters), versions and
 * kinds DNS labels (63), a uid has 36. Not the object's name: the client chooses it, RBAC objects may have one of any
 * length (`ValidatePathSegmentName`), and a review refused here is let in where failurePolicy is Ignore.
 */
const TEXT_LENGTH = 1024;

const text = z.string().check(z.maxLength(TEXT_LENGTH));
const filled = z.string().check(z.minLength(1), z.maxLength(TEXT_LENGTH));
const jsonObject = z.looseObject({});

export const groupVersionKindSchema = z.object({ group: text, version: filled, kind: filled });
export const groupVersionResourceSchema = z.object({ group: text, version: filled, resource: filled });

export const userSchema = z.object({
  username: z.nullish(z.string()),
  uid: z.nullish(z.string()),
  groups: z.nullish(z.array(z.string())),
  extra: z.nullish(z.record(z.string(), z.nullable(z.array(z.string())))),
});

/**
 * The envelope of `admission.k8s.io` AdmissionRequest, the same in v1 and v1beta1. Unknown members are ignored, for
 * newer API servers add some. `object` and `oldObject` are only known to be objects or null.
 */
export const admissionRequestSchema = z.object({
  uid: filled,
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

/** A whole AdmissionReview as the API server posts it. */
export const admissionReviewSchema = z.object({
  apiVersion: z.enum(["admission.k8s.io/v1", "admission.k8s.io/v1beta1"]),
  kind: z.literal("AdmissionReview"),
  request: admissionRequestSchema,
});
