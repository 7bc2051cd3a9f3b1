import type { Policy } from "../policy/define/policy.ts";
import type { ValidationSettings } from "../policy/validations/validations.ts";
import { celString } from "../registration/conditions/celString.ts";
import { globCel } from "../registration/conditions/namespaceCel.ts";
import type { RegisteredTarget } from "../registration/rules/registeredTargets.ts";

/** The Pod or the Pod template of an object, as an expression. */
export function rootOf(targets: readonly RegisteredTarget[], root: string): string {
  const byPath = new Map<string, string[]>();
  for (const { template, resource } of targets) {
    const path = template.length === 0 ? root : `${root}.${template.join(".")}`;
    byPath.set(path, [...(byPath.get(path) ?? []), resource]);
  }
  const [first, ...others] = [...byPath].sort(([, left], [, right]) => right.length - left.length);
  return others.reduce(
    (rest, [path, resources]) =>
      `(request.resource.resource in [${resources.map(celString).join(", ")}] ? ${path} : ${rest})`,
    first?.[0] ?? root,
  );
}

/** The variables of a policy on Pods: the Pod and its containers, without exempt ones, now and before. An image has no `?`. */
export function podVariables(
  { match }: Policy,
  { exemptImages }: ValidationSettings<unknown, unknown>,
  { now, before, params }: { readonly now: string; readonly before: string | undefined; readonly params: unknown },
) {
  const lists = [
    "initContainers",
    "containers",
    ...(match.ephemeralContainers === false ? [] : ["ephemeralContainers"]),
  ];
  const exempt = (exemptImages?.(params) ?? [])
    .filter((glob) => !glob.includes("?"))
    .map((glob) => globCel(glob, "c.?image.orValue('')"));
  const judged = exempt.length === 0 ? "" : `.filter(c, !(${exempt.join(" || ")}))`;
  const containers = (pod: string): string => {
    const all = lists.map((list) => `${pod}.?spec.?${list}.orValue([])`).join(" + ");
    return judged === "" ? all : `(${all})${judged}`;
  };
  return [
    { name: "pod", expression: now },
    { name: "containers", expression: containers("variables.pod") },
    ...(before === undefined
      ? []
      : [
          { name: "oldPod", expression: before },
          { name: "oldContainers", expression: containers("variables.oldPod") },
        ]),
  ];
}
