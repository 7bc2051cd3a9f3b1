import * as z from "zod/mini";
import { builtin } from "../builtin.ts";
import { exactName } from "../exactName.ts";

const ACTIONS = [
  { id: "exec", kind: "PodExecOptions", what: "run commands in" },
  { id: "attach", kind: "PodAttachOptions", what: "attach to" },
  { id: "portforward", kind: "PodPortForwardOptions", what: "forward ports to" },
] as const;

const IDS = ["exec", "attach", "portforward"] as const;

/**
 * Denies `kubectl exec`, `attach` and `port-forward` to all but listed users and groups: what is done in a container is in no
 * manifest and in no image. For other rules by namespace, use the option `namespaces`. Registrations never cover kube-system.
 * There are other ways in: `kubectl debug` adds an ephemeral container, for which RBAC grants `pods/ephemeralcontainers`, and
 * `nodes/proxy` gives commands to kubelets.
 */
export const disallowExec = builtin({
  name: "disallow-exec",
  description: "Pods must not be entered by exec, attach or port-forward, except by listed users and groups",
  match: { resources: ["pods/exec", "pods/attach", "pods/portforward"], operations: ["CONNECT"] },
  params: {
    /** The actions that are denied. Default: all of them. */
    actions: z._default(z.array(z.enum(IDS)).check(z.minLength(1)), [...IDS]),
    /** Names of users, such as `system:serviceaccount:tools:debugger`. */
    allowedUsers: z._default(z.array(exactName), []),
    /** Names of groups. Default: `system:masters`, which can remove the gate. */
    allowedGroups: z._default(z.array(exactName), ["system:masters"]),
  },
  validations: (on) =>
    ACTIONS.map(({ id, kind, what }) =>
      on("", {
        data: { id, kind: String(kind), what },
        fault: (options, { data, params, request }) =>
          params.actions.includes(data.id) &&
          options.kind === data.kind &&
          !params.allowedUsers.includes(request.user.username) &&
          !(request.user.groups ?? []).some((it) => params.allowedGroups.includes(it)),
        message: (_, { data, request }) =>
          `user '${request.user.username}' must not ${data.what} the Pod '${request.name}'; read its logs and metrics, or ask an administrator`,
      }),
    ),
});
