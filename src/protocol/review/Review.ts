import type { JsonObject } from "../Json.ts";

/** The operation of a request (`AdmissionRequest.operation`). */
export type Operation = "CREATE" | "UPDATE" | "DELETE" | "CONNECT";

/** The supported versions of `admission.k8s.io` and `apiextensions.k8s.io` reviews. */
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

/** The user of the request to the API server (`authentication.k8s.io/v1` UserInfo). Absent fields are empty. */
export interface User {
  readonly username: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/**
 * A decoded AdmissionReview request. v1 and v1beta1 decode to the same shape; `version` is the version of the request.
 * The fields of `object` and `oldObject` are not checked.
 */
export interface Review {
  readonly version: ReviewVersion;
  readonly uid: string;
  readonly kind: GroupVersionKind;
  readonly resource: GroupVersionResource;
  /** Empty for a request that is not for a subresource. */
  readonly subresource: string;
  /** The kind in the client's request, before the API server converted it for the registration (`matchPolicy: Equivalent`). */
  readonly requestKind: GroupVersionKind;
  readonly requestResource: GroupVersionResource;
  readonly requestSubresource: string;
  /** Empty for mutators on a CREATE with `generateName`. On the DELETE of a collection, the name of the old object. */
  readonly name: string;
  /** Empty for cluster-scoped objects. */
  readonly namespace: string;
  readonly operation: Operation;
  readonly user: User;
  /** An object on CREATE and UPDATE, null on DELETE, usually an options object such as PodExecOptions on CONNECT. */
  readonly object: JsonObject | null;
  /** An object on UPDATE, and on DELETE in validating calls. */
  readonly oldObject: JsonObject | null;
  readonly dryRun: boolean;
  readonly options: JsonObject | null;
}
