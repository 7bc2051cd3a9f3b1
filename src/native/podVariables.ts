import { MIRROR_ANNOTATION, NODES } from "../policy/define/isMirrorPod.ts";
import type { Policy } from "../policy/define/policy.ts";
import type { ValidationSettings } from "../policy/validations/validations.ts";
import { celOneOf, celString } from "../registration/conditions/celString.ts";
import { globCel } from "../registration/conditions/namespaceCel.ts";
import type { MatchCondition } from "../registration/entry/EntryOptions.ts";
import type { RegisteredTarget } from "../registration/rules/registeredTargets.ts";

/** The Pod or the Pod template of an object, as an expression. */
export function rootOf(targets: readonly RegisteredTarget[], root: string): string {
  const byPath = new Map<string, RegisteredTarget[]>();
  for (const target of targets) {
    const path = [root, ...target.template].join(".");
    byPath.set(path, [...(byPath.get(path) ?? []), target]);
  }
  const [first, ...others] = [...byPath].sort(([, left], [, right]) => right.length - left.length);
  return others.reduce(
    (rest, [path, kinds]) => `(${kindsCel(kinds, targets)} ? ${path} : ${rest})`,
    first?.[0] ?? root,
  );
}

/**
 * A condition that leaves out the objects without a Pod template where a policy allows that, such as Rollouts with a
 * `workloadRef`: with `failurePolicy: Fail`, an expression about the absent template would refuse them.
 */
export function optionalTemplates(targets: readonly RegisteredTarget[]): MatchCondition[] {
  const byPath = new Map<string, RegisteredTarget[]>();
  for (const target of targets)
    if (target.optional === true) {
      const path = target.template.map((name) => `.?${name}`).join("");
      byPath.set(path, [...(byPath.get(path) ?? []), target]);
    }
  return [...byPath].map(([path, kinds], index) => ({
    name: `postern.has-template${index === 0 ? "" : `-${index + 1}`}`,
    expression: `!(${kinds.map(kindCel).join(" || ")}) || (object == null ? oldObject : object)${path}.orValue(null) != null`,
  }));
}

/**
 * A condition that leaves out new mirror Pods, as `isMirrorPod` tells them, where a policy only warns of what an object had before: such
 * a Pod runs already.
 */
export function mirrorPods(targets: readonly RegisteredTarget[], onExisting: string): MatchCondition[] {
  const hasPods = targets.some(
    ({ group, resource, template }) => group === "" && resource === "pods" && template.length === 0,
  );
  if (!hasPods || onExisting !== "warn") return [];
  const isMirror = [
    "request.operation == 'CREATE'",
    "request.resource.group == ''",
    "request.resource.resource == 'pods'",
    `${celString(NODES)} in request.userInfo.?groups.orValue([])`,
    `${celString(MIRROR_ANNOTATION)} in object.?metadata.?annotations.orValue({})`,
    "object.?spec.?nodeName.orValue('') != ''",
  ];
  return [{ name: "postern.not-mirror-pod", expression: `!(${isMirror.join(" && ")})` }];
}

/** Whether a request is about one of the kinds. The plural is enough where no other target has it at another place. */
function kindsCel(kinds: readonly RegisteredTarget[], targets: readonly RegisteredTarget[]): string {
  const isShared = ({ resource, template }: RegisteredTarget): boolean =>
    targets.some((other) => other.resource === resource && other.template.join(".") !== template.join("."));
  const names = kinds.filter((kind) => !isShared(kind)).map(({ resource }) => celString(resource));
  return [
    ...(names.length === 0 ? [] : [`request.resource.resource in [${names.join(", ")}]`]),
    ...kinds.filter(isShared).map(kindCel),
  ].join(" || ");
}

function kindCel({ group, resource, versions }: RegisteredTarget): string {
  const is = [
    ...(group === "*" ? [] : [`request.resource.group == ${celString(group)}`]),
    `request.resource.resource == ${celString(resource)}`,
    ...(versions.includes("*") ? [] : [celOneOf("request.resource.version", versions)]),
  ];
  return `(${is.join(" && ")})`;
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
    const all = lists
      .map((list) => `${pod}.?spec.?${list}.optFlatMap(x, optional.ofNonZeroValue(x)).orValue([])`)
      .join(" + ");
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
