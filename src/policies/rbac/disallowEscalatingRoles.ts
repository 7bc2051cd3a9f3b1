import * as z from "zod/mini";
import { builtin } from "../builtin.ts";
import { noOuterBlanks } from "../noOuterBlanks.ts";
import { roleExemption } from "./roleExemption.ts";

/** Rights that lead to other rights, as the rules of RBAC write them. */
const POWERS = [
  {
    id: "escalate",
    what: "write roles with rights that they do not have",
    groups: ["rbac.authorization.k8s.io"],
    resources: ["roles", "clusterroles"],
    verbs: ["escalate"],
  },
  {
    id: "bind",
    what: "bind roles with rights that they do not have",
    groups: ["rbac.authorization.k8s.io"],
    resources: ["roles", "clusterroles"],
    verbs: ["bind"],
  },
  {
    id: "impersonate",
    what: "act as others",
    groups: ["", "authentication.k8s.io"],
    resources: ["users", "groups", "serviceaccounts", "uids", "userextras", "userextras/*", "nodes"],
    // The others are those of constrained impersonation (KEP-5284).
    verbs: [
      "impersonate",
      "impersonate:user-info",
      "impersonate:serviceaccount",
      "impersonate:arbitrary-node",
      "impersonate:associated-node",
    ],
  },
  {
    id: "nodes-proxy",
    what: "run commands in all Pods of a node through its kubelet",
    groups: [""],
    resources: ["nodes/proxy", "*/proxy"],
    // The kubelet takes a WebSocket, which begins with a GET, for any command.
    verbs: ["get", "create", "update", "patch", "delete"],
    isOfCluster: true,
  },
  {
    id: "token",
    what: "make tokens of ServiceAccounts",
    groups: [""],
    resources: ["serviceaccounts/token", "*/token"],
    verbs: ["create"],
  },
  {
    id: "approve-csr",
    what: "approve client certificates for any user",
    groups: ["certificates.k8s.io"],
    resources: ["certificatesigningrequests/approval", "*/approval"],
    verbs: ["update", "patch"],
    isOfCluster: true,
  },
] as const;

const IDS = ["escalate", "bind", "impersonate", "nodes-proxy", "token", "approve-csr"] as const;

/**
 * Denies Roles and ClusterRoles by which a subject gets rights that nobody granted to it, also by a wildcard. Each power is a
 * fault of its own. A Role grants nothing that is outside of namespaces, so it has neither `nodes-proxy` nor `approve-csr`.
 */
export const disallowEscalatingRoles = builtin({
  name: "disallow-escalating-roles",
  description: "Roles must not let their subjects get the rights of others",
  match: { resources: ["roles", "clusterroles"] },
  params: {
    /** The powers that are denied. Default: all of them. */
    powers: z._default(z.array(z.enum(IDS)).check(z.minLength(1)), [...IDS]),
    /** Names of roles that may have them. `*` at the end stands for any characters. */
    allowedRoles: z._default(
      z.array(z.string().check(z.regex(/^[^*]*(?:[^*]|\*)$/, "may have a * at its end only"), noOuterBlanks)),
      [],
    ),
  },
  exempt: roleExemption,
  validations: (on) =>
    POWERS.map(({ id, what, groups, resources: ofPower, verbs: deniedVerbs, ...power }) =>
      on("rules[]", {
        group: id,
        data: {
          id,
          what,
          groups: [...groups],
          resources: [...ofPower],
          verbs: [...deniedVerbs],
          isOfCluster: "isOfCluster" in power,
        } as Power,
        fault: ({ apiGroups = [], resources = [], verbs = [] }, { data, object, params }) =>
          params.powers.includes(data.id) &&
          (!data.isOfCluster || object.kind === "ClusterRole") &&
          apiGroups.some((it) => it === "*" || data.groups.includes(it)) &&
          resources.some(
            (it) =>
              it === "*" || data.resources.includes(it) || (data.id === "impersonate" && it.startsWith("userextras/")),
          ) &&
          verbs.some((it) => it === "*" || data.verbs.includes(it)),
        at: "verbs",
        // Without names and groups, a rule that comes to be for all would say what it said before.
        message: ({ apiGroups = [], resources = [], resourceNames = [] }, { at, data }) =>
          `${at}: with ${data.id} on ${resources.filter((it) => it === "*" || data.resources.includes(it) || (data.id === "impersonate" && it.startsWith("userextras/"))).join(", ")}${resourceNames.length === 0 ? "" : ` (${resourceNames.join(", ")})`}${
            data.groups.length === 1
              ? ""
              : ` in the API groups ${apiGroups
                  .filter((it) => it === "*" || data.groups.includes(it))
                  .map((it) => (it === "" ? "core" : it))
                  .join(", ")}`
          } the subjects of the role can ${data.what}; remove it from the rule`,
      }),
    ),
});

interface Power {
  readonly id: (typeof IDS)[number];
  readonly what: string;
  readonly groups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  /** Whether the resources are in no namespace. */
  readonly isOfCluster: boolean;
}
