import * as z from "zod/mini";
import { builtin } from "../builtin.ts";
import { exactName } from "../exactName.ts";
import { noOuterBlanks } from "../noOuterBlanks.ts";
import { roleExemption } from "./roleExemption.ts";

/**
 * Denies Roles and ClusterRoles that may read Secrets, also by a wildcard. Listing and watching returns the contents, as `get`
 * does; the answers to a patch, to the deletion of a collection and to one that waits for dependents have them too, also with `dryRun`. Whoever reads the Secrets of a namespace has the passwords of all of its applications.
 */
export const disallowSecretReadingRoles = builtin({
  name: "disallow-secret-reading-roles",
  description: "Roles must not read Secrets, except those that they name",
  match: { resources: ["roles", "clusterroles"] },
  params: {
    /** The verbs that count as reading. */
    verbs: z._default(z.array(exactName).check(z.minLength(1)), [
      "get",
      "list",
      "watch",
      "patch",
      "delete",
      "deletecollection",
    ]),
    /** Whether a rule may read the Secrets that it has in `resourceNames`. The empty name there allows to list all of them. */
    allowNamed: z._default(z.boolean(), true),
    /** Names of roles that may read Secrets. `*` at the end stands for any characters. */
    allowedRoles: z._default(
      z.array(z.string().check(z.regex(/^[^*]*(?:[^*]|\*)$/, "may have a * at its end only"), noOuterBlanks)),
      [],
    ),
  },
  exempt: roleExemption,
  validations: (on) => [
    on("rules[]", {
      fault: ({ apiGroups = [], resources = [], verbs = [], resourceNames = [] }, { params }) =>
        apiGroups.some((it) => it === "" || it === "*") &&
        resources.some((it) => it === "secrets" || it === "*") &&
        verbs.some((it) => it === "*" || params.verbs.includes(it)) &&
        // RBAC compares names, and a request for all Secrets has the empty one (`ResourceNameMatches`).
        (!params.allowNamed || resourceNames.length === 0 || resourceNames.includes("")),
      at: "verbs",
      message: ({ verbs = [], resourceNames = [] }, { at, params }) => {
        const isOfAll = resourceNames.length === 0 || resourceNames.includes("");
        if (!params.allowNamed)
          return `${at}: the rule grants ${verbs.join(", ")} on ${isOfAll ? "Secrets" : `the Secrets ${resourceNames.join(", ")}`}; remove them from the rule`;
        return resourceNames.length === 0
          ? `${at}: the rule grants ${verbs.join(", ")} on Secrets; name the Secrets in resourceNames, or remove them from the rule`
          : `${at}: the rule grants ${verbs.join(", ")} on Secrets, as the empty name in resourceNames stands for requests for all of them; remove that name`;
      },
    }),
  ],
});
