import type { Operation } from "../../protocol/review/Review.ts";
import { compareNames } from "../render/gateEntries.ts";
import { OPERATIONS } from "../render/Rule.ts";
import { celAny, celOneOf } from "./celString.ts";

/** What a condition tells requests apart by: not the version, which is the client's and not the one that the API server converts to. */
export interface ConditionTarget {
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly operations: ReadonlySet<Operation>;
}

/**
 * Whether a request is for one of some targets, as CEL. `request.resource` in there is what the client asked for, even
 * where `matchPolicy: Equivalent` has the review carry another: so events are looked for in both of their groups.
 */
export function targetCel(targets: readonly ConditionTarget[]): string {
  const byRest = new Map<string, Set<string>>();
  for (const { group, resource, subresource, operations } of targets) {
    const tests = [
      ...(group === "*" ? [] : [celOneOf("request.resource.group", groupsOf(group, resource))]),
      ...(subresource === "*" ? [] : [isSubresource(subresource)]),
      ...(operations.size === OPERATIONS.length
        ? []
        : [
            celOneOf(
              "request.operation",
              OPERATIONS.filter((operation) => operations.has(operation)),
            ),
          ]),
    ];
    const key = tests.join(" && ");
    byRest.set(key, (byRest.get(key) ?? new Set()).add(resource));
  }
  const conditions = [...byRest].map(([rest, resources]) => {
    const named = resources.has("*") ? "" : celOneOf("request.resource.resource", [...resources].sort(compareNames));
    return [named, rest].filter((part) => part !== "").join(" && ") || "true";
  });
  return celAny(conditions.sort(compareNames));
}

function isSubresource(subresource: string): string {
  if (subresource === "") return "(!has(request.subResource) || request.subResource == '')";
  return `has(request.subResource) && ${celOneOf("request.subResource", [subresource])}`;
}

/** The groups that the API server keeps the same events in; no other resource has two (`AddCohabitatingResources`, kubeapiserver). */
const EVENT_GROUPS = ["", "events.k8s.io"];

function groupsOf(group: string, resource: string): readonly string[] {
  const mayBeEvents = EVENT_GROUPS.includes(group) && (resource === "events" || resource === "*");
  return mayBeEvents ? EVENT_GROUPS : [group];
}
