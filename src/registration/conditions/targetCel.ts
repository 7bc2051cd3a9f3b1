import { builtinVersions, isEventGroup } from "../../policy/define/builtinVersions.ts";
import type { Operation } from "../../protocol/review/Review.ts";
import { compareNames } from "../entry/gateEntries.ts";
import { OPERATIONS } from "../rules/Rule.ts";
import { celAny, celOneOf } from "./celString.ts";

/** A target of conditions. Without a version: a condition sees the version of the client, not the one in the review. */
export interface ConditionTarget {
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly operations: ReadonlySet<Operation>;
}

/**
 * A CEL expression that is true for requests for one of the targets. In CEL `request.resource` is the resource of the
 * client's request, even where `matchPolicy: Equivalent` puts another one into the review. So events count in both of
 * their groups.
 */
export function targetCel(targets: readonly ConditionTarget[]): string {
  const byTests = new Map<string, Set<string>>();
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
    byTests.set(key, (byTests.get(key) ?? new Set()).add(resource));
  }
  const conditions = [...byTests].map(([test, resources]) => {
    const named = resources.has("*") ? "" : celOneOf("request.resource.resource", [...resources].sort(compareNames));
    return [named, test].filter((part) => part !== "").join(" && ") || "true";
  });
  return celAny(conditions.sort(compareNames));
}

function isSubresource(subresource: string): string {
  if (subresource === "") return "(!has(request.subResource) || request.subResource == '')";
  return `has(request.subResource) && ${celOneOf("request.subResource", [subresource])}`;
}

function groupsOf(group: string, resource: string): readonly string[] {
  const mayBeEvents = isEventGroup(group) && (resource === "events" || resource === "*");
  return mayBeEvents ? builtinVersions("events").map((it) => it.group) : [group];
}
