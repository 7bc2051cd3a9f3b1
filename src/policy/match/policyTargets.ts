import type { Operation } from "../../protocol/review/Review.ts";
import { groupOfResource } from "../define/builtinVersions.ts";
import type { Match } from "../define/Match.ts";
import { podTemplateKinds } from "../define/podTemplate.ts";

/** A combination of group, resource and operations that a match covers, by name or by its flags. */
export interface PolicyTarget {
  readonly group: string;
  readonly resource: string;
  /** Of a named kind with Pod templates. Default: that of the match. */
  readonly version?: string;
  /** Whether objects without the Pod template do not match. */
  readonly optional?: boolean;
  /** Empty for the resource itself, `*` for the resource and all of its subresources. */
  readonly subresource: string;
  readonly operations: readonly Operation[];
  /** The path of the Pod template that the policy sees; empty for the object itself. */
  readonly template: readonly string[];
}

const OBJECT: readonly string[] = [];

/**
 * Returns all targets that a match covers. For validators, `pods` includes `pods/ephemeralcontainers` and `pods/resize`:
 * ephemeral containers are added, and resources are changed, only by an UPDATE of these subresources. `podTemplates`
 * includes the workloads. `bindings` and `pods/binding` include each other.
 */
export function policyTargets(match: Match, purpose: "validate" | "mutate"): PolicyTarget[] {
  const operations = match.operations ?? ["CREATE", "UPDATE"];
  const groups = match.apiGroups?.includes("*") === true ? ["*"] : match.apiGroups;
  const targets: PolicyTarget[] = [];
  const named = new Set<string>();
  for (const name of match.resources) {
    const [resource = name, subresource = ""] = name.split("/");
    for (const group of groups ?? [groupOfResource(name) ?? "*"]) {
      targets.push({ group, resource, subresource, operations, template: OBJECT });
      named.add(`${group}/${name}`);
    }
  }
  // A Pod is bound to its node through either of these, by the same object (`LegacyBindingREST`, k8s.io/kubernetes).
  const names = (...any: readonly string[]): boolean =>
    any.some((name) => named.has(`/${name}`) || named.has(`*/${name}`));
  const imply = (name: string, of: readonly Operation[]): void => {
    const [resource = name, subresource = ""] = name.split("/");
    const isAsked = named.has(`/${name}`) && of.every((operation) => operations.includes(operation));
    if (!isAsked) targets.push({ group: "", resource, subresource, operations: of, template: OBJECT });
  };
  if (names("pods/binding", "pods/*", "*/binding")) imply("bindings", operations);
  if (names("bindings")) imply("pods/binding", operations);
  const pods = names("pods");
  const changes = operations.includes("CREATE") || operations.includes("UPDATE");
  if (pods && purpose === "validate" && changes) {
    if (match.ephemeralContainers !== false) imply("pods/ephemeralcontainers", ["UPDATE"]);
    if (match.resize !== false) imply("pods/resize", ["UPDATE"]);
  }
  if (pods)
    for (const { path, ...kind } of podTemplateKinds(match))
      targets.push({ ...kind, subresource: "", operations, template: path });
  return targets;
}
