import type { Operation } from "../../protocol/review/Review.ts";

/** Whether a rule or a match is about objects in namespaces, others, or both. */
export type Scope = "Namespaced" | "Cluster" | "*";

/** `admissionregistration.k8s.io/v1` RuleWithOperations. A request has to be in each of the lists. */
export interface Rule {
  readonly apiGroups: readonly string[];
  readonly apiVersions: readonly string[];
  readonly operations: readonly Operation[];
  readonly resources: readonly string[];
  readonly scope: Scope;
}

/** One resource in one version and scope, and what is done to it. */
export interface RuleCell {
  readonly group: string;
  readonly version: string;
  /** `pods`, `pods/exec`, `pods/*`, `*`, `*` + `/*`. */
  readonly resource: string;
  readonly scope: Scope;
  readonly operations: ReadonlySet<Operation>;
}

/** Operations in the order in which the API's documentation names them. */
export const OPERATIONS: readonly Operation[] = ["CREATE", "UPDATE", "DELETE", "CONNECT"];

/** Whether every request for what `narrow` names is one for what `wide` names, the operations left aside. */
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

/** The same for resources: `pods/*` covers `pods` and `pods/exec`, and `*` covers `pods` but not `pods/exec`, as the API server matches them. */
export function coversResource(wide: string, narrow: string): boolean {
  const [byResource = "", bySubresource = ""] = wide.split("/");
  const [resource = "", subresource = ""] = narrow.split("/");
  return (byResource === "*" || byResource === resource) && (bySubresource === "*" || bySubresource === subresource);
}
