import { isJsonObject } from "../../protocol/Json.ts";

/**
 * The registration that a ServiceAccount token is bound to (KEP-6060). Kubernetes writes its claims in
 * `pkg/serviceaccount/claims.go`:
 *
 * ```json
 * {"kubernetes.io": {
 *   "validatingwebhookconfiguration": {"name": "postern", "uid": "..."},
 *   "attestations": {"admissionReviewAPIGroups": ["apps"]}
 * }}
 * ```
 */
export interface RegistrationClaim {
  readonly kind: "validating" | "mutating";
  readonly name: string;
  /** The API group of the reviews that the token is for; `*` for all. */
  readonly reviewGroup: string;
}

/**
 * Reads the claim `kubernetes.io`; undefined when it binds the token to no registration. Kubernetes binds a token to one
 * object, and attests exactly one API group for a registration: anything else is malformed.
 */
export function registrationClaim(claim: unknown): RegistrationClaim | "malformed" | undefined {
  if (!isJsonObject(claim)) return undefined;
  const { validatingwebhookconfiguration: validating, mutatingwebhookconfiguration: mutating, attestations } = claim;
  if (validating === undefined && mutating === undefined) return undefined;
  if (validating !== undefined && mutating !== undefined) return "malformed";
  const reference = validating ?? mutating;
  const groups = isJsonObject(attestations) ? attestations.admissionReviewAPIGroups : undefined;
  if (!isJsonObject(reference) || !Array.isArray(groups) || groups.length !== 1) return "malformed";
  const { name } = reference;
  const reviewGroup: unknown = groups[0];
  if (!isText(name) || !isText(reference.uid) || !isText(reviewGroup)) return "malformed";
  return { kind: validating === undefined ? "mutating" : "validating", name, reviewGroup };
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
