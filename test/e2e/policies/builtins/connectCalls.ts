import type { Review } from "../../../../src/protocol/review/Review.ts";
import type { ApiAnswer } from "../../../cluster/ClusterApi.ts";
import { eventually } from "../../../run/eventually.ts";
import type { BuiltinBed } from "./BuiltinBed.ts";
import { NAMESPACES } from "./objects/namespaces.ts";

/** A call of `exec`, `attach` or `portforward`. */
export interface ConnectCall {
  readonly action: keyof typeof KINDS;
  readonly namespace: string;
  readonly user: string;
  readonly group: string | undefined;
}

const KINDS = { exec: "PodExecOptions", attach: "PodAttachOptions", portforward: "PodPortForwardOptions" } as const;
const ACTIONS = ["exec", "attach", "portforward"] as const;
const USERS = ["oncall@example.com", "ann@example.com", "system:serviceaccount:shop:web", "oncall"];
const GROUPS = [undefined, "oncall", "system:masters", "developers"];
const POD = "web";

/** The calls of users of groups, in namespaces. */
export const connectCalls: readonly ConnectCall[] = ACTIONS.flatMap((action) =>
  NAMESPACES.flatMap((namespace) =>
    USERS.flatMap((user) => GROUPS.map((group) => ({ action, namespace, user, group }))),
  ),
);

/** Lets all users enter Pods, as far as RBAC decides. */
export async function allowConnects(bed: BuiltinBed): Promise<void> {
  const { api } = bed.cluster;
  const metadata = { name: "connect" };
  const apiGroup = "rbac.authorization.k8s.io";
  const base = `/apis/${apiGroup}/v1`;
  const resources = ACTIONS.map((action) => `pods/${action}`);
  const roleRef = { apiGroup, kind: "ClusterRole", name: metadata.name };
  await api.create(`${base}/clusterroles`, { metadata, rules: [{ apiGroups: [""], resources, verbs: ["create"] }] });
  const subjects = [{ apiGroup, kind: "Group", name: "system:authenticated" }];
  await api.create(`${base}/clusterrolebindings`, { metadata, roleRef, subjects });
  const [call] = connectCalls;
  if (call === undefined) return;
  await eventually("the rights to enter Pods", async () => {
    const { status } = await connect(bed, call);
    return status === 403 ? undefined : true;
  });
}

/** Enters a Pod that does not exist: admission comes before it is looked for. */
export function connect({ cluster }: BuiltinBed, { action, namespace, user, group }: ConnectCall): Promise<ApiAnswer> {
  const path = `/api/v1/namespaces/${namespace}/pods/${POD}/${action}`;
  return cluster.api.call("POST", path, { as: user, ...(group === undefined ? {} : { group }) });
}

/** The review of a call. */
export function connectReview({ action, namespace, user, group }: ConnectCall): Review {
  const kind = { group: "", version: "v1", kind: KINDS[action] };
  const resource = { group: "", version: "v1", resource: "pods" };
  return {
    version: "v1",
    uid: "1",
    kind,
    resource,
    subresource: action,
    requestKind: kind,
    requestResource: resource,
    requestSubresource: action,
    name: POD,
    namespace,
    operation: "CONNECT",
    user: {
      username: user,
      uid: "",
      groups: [...(group === undefined ? [] : [group]), "system:authenticated"],
      extra: {},
    },
    object: { apiVersion: "v1", kind: KINDS[action] },
    oldObject: null,
    dryRun: false,
    options: null,
  };
}
