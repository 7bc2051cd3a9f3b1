import type { JsonObject } from "../Json.ts";

/** What is being done to the object (`AdmissionRequest.operation`). */
export type Operation = "CREATE" | "UPDATE" | "DELETE" | "CONNECT";

/** The versions of `admission.k8s.io` and `apiextensions.k8s.io` reviews that a gate reads and answers. */
export type ReviewVersion = "v1" | "v1beta1";

/** `metav1.GroupVersionKind`; the core group is the empty string. */
export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** `metav1.GroupVersionResource`; the core group is the empty string. */
export interface GroupVersionResource {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
}

/** Who asked the API server (`authentication.k8s.io/v1` UserInfo). Absent fields are empty. */
export interface User {
  readonly username: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/**
 * A decoded AdmissionReview request. v1 and v1beta1 decode to the same shape; `version` remembers which one asked.
 * `object` and `oldObject` are as the API server sent them and have not been checked field by field.
 */
export interface Review {
  readonly version: ReviewVersion;
  readonly uid: string;
  readonly kind: GroupVersionKind;
  readonly resource: GroupVersionResource;
  /** Empty when the request is not for a subresource. */
  readonly subresource: string;
  /** What the client asked for, before the API server converted it to what the registration names (`matchPolicy: Equivalent`). */
  readonly requestKind: GroupVersionKind;
  readonly requestResource: GroupVersionResource;
  readonly requestSubresource: string;
  /** Empty on a CREATE that leaves naming to the server. On a DELETE the old object's where the review has none, as of a whole collection. */
  readonly name: string;
  /** Empty for cluster-scoped objects. */
  readonly namespace: string;
  readonly operation: Operation;
  readonly user: User;
  /** An object on CREATE and UPDATE, null on DELETE, usually an options object (`PodExecOptions`) on CONNECT. */
  readonly object: JsonObject | null;
  /** An object on UPDATE, and on DELETE where the call is a validating one. */
  readonly oldObject: JsonObject | null;
  readonly dryRun: boolean;
  readonly options: JsonObject | null;
}
