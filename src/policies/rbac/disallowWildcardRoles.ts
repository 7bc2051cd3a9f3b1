import * as z from "zod/mini";
import { builtin } from "../builtin.ts";
import { noOuterBlanks } from "../noOuterBlanks.ts";
import { roleExemption } from "./roleExemption.ts";

const FIELDS = ["verbs", "resources", "apiGroups", "nonResourceURLs"] as const;

/**
 * Denies Roles and ClusterRoles with `*` in a rule: it also grants what is added to the cluster later. An aggregated ClusterRole
 * must not select all ClusterRoles, because one of them is cluster-admin.
 */
export const disallowWildcardRoles = builtin({
  name: "disallow-wildcard-roles",
  description: "Rules of roles must name their verbs, resources and API groups, without *",
  match: { resources: ["roles", "clusterroles"] },
  params: {
    /** The fields of a rule that must not have a wildcard. */
    fields: z._default(z.array(z.enum(FIELDS)).check(z.minLength(1)), [...FIELDS]),
    /** Names of roles that may have wildcards. `*` at the end stands for any characters. */
    allowedRoles: z._default(
      z.array(z.string().check(z.regex(/^[^*]*(?:[^*]|\*)$/, "may have a * at its end only"), noOuterBlanks)),
      [],
    ),
  },
  exempt: roleExemption,
  validations: (on) => [
    ...FIELDS.map((field) =>
      on("rules[]", {
        data: { field },
        // `*/scale` is of all resources. `/*` is every path, and so are `**` and `/**`: of a URL all stars at the end are one.
        fault: (rule, { data, params }) =>
          params.fields.includes(data.field) && (rule[data.field] ?? []).some((it) => /^\/?\*+(?:\/|$)/.test(it)),
        // An update is compared by the whole rule: a wildcard that comes to be of other resources or names is a new fault.
        message: (_, { at, data }) =>
          `${at}.${data.field}: the wildcard * also grants what is added later; name what the role needs`,
      }),
    ),
    // Only ClusterRoles have it.
    on("aggregationRule.clusterRoleSelectors[]", {
      // The labels of cluster-admin (`ClusterRoles`, k8s.io/kubernetes/plugin/pkg/auth/authorizer/rbac/bootstrappolicy).
      data: { key: "kubernetes.io/bootstrapping", value: "rbac-defaults" },
      fault: ({ matchLabels = {}, matchExpressions = [] }, { data }) =>
        Object.keys(matchLabels).every((key) => key === data.key && matchLabels[key] === data.value) &&
        matchExpressions.every(({ key, operator, values = [] }) =>
          operator === "In"
            ? key === data.key && values.includes(data.value)
            : operator === "NotIn"
              ? key !== data.key || !values.includes(data.value)
              : operator === "Exists"
                ? key === data.key
                : key !== data.key,
        ),
      message: (_, { at }) =>
        `${at}: the selector takes the rules of cluster-admin, which have wildcards; select ClusterRoles by a label of your own`,
    }),
  ],
});
