import * as z from "zod/mini";
import { builtin } from "../builtin.ts";
import { noOuterBlanks } from "../noOuterBlanks.ts";

/**
 * Denies bindings to subjects that stand for everybody or for unlimited rights: anonymous users, all authenticated users, and
 * the group system:masters, whose rights cannot be taken away. The API server restores its own bindings without asking the gate.
 */
export const limitBindingSubjects = builtin({
  name: "limit-binding-subjects",
  description: "Roles must not be bound to anonymous users, to all users, or to system:masters",
  match: { resources: ["clusterrolebindings", "rolebindings"] },
  params: {
    /**
     * `User/NAME` or `Group/NAME`. `*` at the end stands for any characters: `Group/system:serviceaccounts*` are the groups of
     * all ServiceAccounts, and of those of each namespace.
     */
    denied: z._default(
      z
        .array(
          z
            .string()
            .check(
              z.regex(/^(?:User|Group)\/(?:[^*]+\*?|\*)$/, "is not User/NAME or Group/NAME, with a * at its end only"),
              noOuterBlanks,
            ),
        )
        .check(z.minLength(1)),
      ["User/system:anonymous", "Group/system:unauthenticated", "Group/system:authenticated", "Group/system:masters"],
    ),
    /** Names of bindings that are not judged. `*` at the end stands for any characters. */
    allowedBindings: z._default(
      z.array(z.string().check(z.regex(/^[^*]*(?:[^*]|\*)$/, "may have a * at its end only"), noOuterBlanks)),
      [],
    ),
  },
  exempt: {
    when: ({ metadata }, { params }) =>
      params.allowedBindings.some(
        (it) =>
          it === (metadata?.name ?? "") ||
          (it.endsWith("*") && (metadata?.name ?? "").startsWith(it.split("*").join(""))),
      ),
  },
  validations: (on) => [
    on("subjects[]", {
      fault: ({ kind, name }, { params }) =>
        params.denied.some(
          (it) =>
            it === `${kind}/${name}` || (it.endsWith("*") && `${kind}/${name}`.startsWith(it.split("*").join(""))),
        ),
      message: ({ kind, name }, { at, object }) =>
        `${at}: ${kind} '${name}' must not have the ${object.roleRef.kind} '${object.roleRef.name}'; bind it to the users, groups or ServiceAccounts that need it`,
    }),
  ],
});
