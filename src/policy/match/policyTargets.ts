import type { Operation } from "../../protocol/review/Review.ts";
import type { Match } from "../define/Match.ts";
import { podTemplateOwners } from "../define/podTemplate.ts";
import { groupOfResource } from "../define/resourceGroups.ts";

/** A combination of group, resource and operations that a match covers, by name or by its flags. */
export interface PolicyTarget {
  readonly group: string;
  readonly resource: string;
  /** Empty for the resource itself, `*` for the resource and all of its subresources. */
  readonly subresource: string;
  readonly operations: readonly Operation[];
  /** The path of the Pod template that the policy sees; empty for the object itself. */
  readonly template: readonly string[];
}

const OBJECT: readonly string[] = [];

/**
 * Returns all targets that a match covers. For validators, `pods` includes `pods/ephemeralcontainers`: ephemeral
 * containers are added only by an UPDATE of that subresource. `podTemplates` includes the workloads.
 */
export function policyTargets(match: Match, purpose: "validate" | "mutate"): PolicyTarget[] {
  const operations = match.operations ?? ["CREATE", "UPDATE"];
  const targets: PolicyTarget[] = [];
  const named = new Set<string>();
  for (const name of match.resources) {
    const [resource = name, subresource = ""] = name.split("/");
    for (const group of match.apiGroups ?? [groupOfResource(name) ?? "*"]) {
      targets.push({ group, resource, subresource, operations, template: OBJECT });
      named.add(`${group}/${name}`);
    }
  }
  const pods = named.has("/pods") || named.has("*/pods");
  const changes = operations.includes("CREATE") || operations.includes("UPDATE");
  if (pods && purpose === "validate" && changes && match.ephemeralContainers !== false)
    targets.push({
      group: "",
      resource: "pods",
      subresource: "ephemeralcontainers",
      operations: ["UPDATE"],
      template: OBJECT,
    });
  if (pods && match.podTemplates === true)
    for (const { group, resource, template } of podTemplateOwners)
      targets.push({ group, resource, subresource: "", operations, template });
  return targets;
}
