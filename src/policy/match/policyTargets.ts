import type { Operation } from "../../protocol/review/Review.ts";
import { podTemplateOwners } from "../define/podTemplate.ts";
import type { Match } from "./Match.ts";
import { groupOfResource } from "./resourceGroups.ts";

/** One combination of group, resource and operations that a match names, directly or through its flags. */
export interface PolicyTarget {
  readonly group: string;
  readonly resource: string;
  /** Empty for the resource itself, `*` for it and all of its subresources. */
  readonly subresource: string;
  readonly operations: readonly Operation[];
  /** Empty for the object itself, else the way to the Pod template that the policy is shown in its place. */
  readonly template: readonly string[];
}

const OBJECT: readonly string[] = [];

/**
 * Everything that a match covers. `pods` brings `pods/ephemeralcontainers` along for validators (an ephemeral
 * container arrives by UPDATE of that subresource only), and `podTemplates` brings the workloads.
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
