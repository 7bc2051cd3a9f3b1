import type { Operation } from "../../protocol/review/Review.ts";

/** The scope of a rule or a match: objects in namespaces, cluster-scoped objects, or both. */
export type Scope = "Namespaced" | "Cluster" | "*";

/** `admissionregistration.k8s.io/v1` RuleWithOperations. A request must match every list. */
export interface Rule {
  readonly apiGroups: readonly string[];
  readonly apiVersions: readonly string[];
  readonly operations: readonly Operation[];
  readonly resources: readonly string[];
  readonly scope: Scope;
}

/** One resource in one version and scope, with operations: the smallest part of a rule. */
export interface RuleCell {
  readonly group: string;
  readonly version: string;
  /** `pods`, `pods/exec`, `pods/*`, `*`, `*` + `/*`. */
  readonly resource: string;
  readonly scope: Scope;
  readonly operations: ReadonlySet<Operation>;
}

/** Operations in the order of the API documentation. */
export const OPERATIONS: readonly Operation[] = ["CREATE", "UPDATE", "DELETE", "CONNECT"];

/** Whether `wide` matches every request that `narrow` matches. Operations do not count. */
export function coversCell(
  wide: Pick<RuleCell, "group" | "version" | "resource" | "scope">,
  narrow: Pick<RuleCell, "group" | "version" | "resource" | "scope">,
): boolean {
  const star = (one: string, other: string): boolean => one === "*" || one === other;
  return (
    star(wide.group, narrow.group) &&
    star(wide.version, narrow.version) &&
    star(wide.scope, narrow.scope) &&
    coversResource(wide.resource, narrow.resource)
  );
}

/** {@link coversCell} for resources. As in the API server, `pods/*` covers `pods` and `pods/exec`; `*` covers `pods` but not `pods/exec`. */
export function coversResource(wide: string, narrow: string): boolean {
  const [byResource = "", bySubresource = ""] = wide.split("/");
  const [resource = "", subresource = ""] = narrow.split("/");
  return (byResource === "*" || byResource === resource) && (bySubresource === "*" || bySubresource === subresource);
}
