import type { Policy } from "../../../src/policy/define/policy.ts";
import type { Verdict } from "../../../src/protocol/review/Verdict.ts";
import type { KubeObject } from "../../cluster/ClusterApi.ts";
import { judge } from "../../policies/judge.ts";
import type { ObjectKind } from "./objects/objectKinds.ts";

/** The verdict of a gate's engine on the CREATE of an object. A policy that throws fails the test. */
export function judgeCreate(
  policy: Policy,
  { resource, of: _, ...kind }: ObjectKind,
  object: KubeObject,
): Promise<Verdict> {
  const { group, version } = kind;
  const gvr = { group, version, resource };
  const review = {
    version: "v1",
    uid: "1",
    kind,
    resource: gvr,
    subresource: "",
    requestKind: kind,
    requestResource: gvr,
    requestSubresource: "",
    name: object.metadata.name,
    namespace: object.metadata.namespace ?? "default",
    operation: "CREATE",
    user: { username: "somebody", uid: "", groups: [], extra: {} },
    object,
    oldObject: null,
    dryRun: true,
    options: null,
  } as const;
  return judge(policy, review, "validate");
}

/** The messages of all findings of a verdict, without the policy's name. */
export function messagesOf({ policies }: Verdict): string[] {
  return policies.flatMap(({ findings }) => findings.map(({ message }) => message));
}
