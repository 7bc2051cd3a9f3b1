import { expect, it } from "vitest";
import { limitBindingSubjects } from "../../../src/policies/rbac/limitBindingSubjects.ts";
import type { JsonObject } from "../../../src/protocol/Json.ts";
import { faultsOf, nativeOf } from "../faultsOf.ts";
import { account, clusterRoleBinding, group, roleBinding, user } from "./rbacObjects.ts";

type Options = Parameters<typeof limitBindingSubjects>[0];

const denied = (index: number, subject: string, role = "ClusterRole 'view'"): string =>
  `subjects[${index}]: ${subject} must not have the ${role}; bind it to the users, groups or ServiceAccounts that need it`;

it.each<[what: string, options: Options, binding: JsonObject, messages: string[]]>([
  ["named subjects", {}, clusterRoleBinding("view", [user("ann"), group("devs"), account("shop", "web")]), []],
  ["no subjects", {}, clusterRoleBinding("view"), []],
  [
    "anonymous users",
    {},
    clusterRoleBinding("view", [user("system:anonymous")]),
    [denied(0, "User 'system:anonymous'")],
  ],
  [
    "groups of everybody",
    {},
    clusterRoleBinding("view", [group("devs"), group("system:unauthenticated"), group("system:authenticated")]),
    [denied(1, "Group 'system:unauthenticated'"), denied(2, "Group 'system:authenticated'")],
  ],
  ["system:masters", {}, clusterRoleBinding("view", [group("system:masters")]), [denied(0, "Group 'system:masters'")]],
  ["a user with the name of the group", {}, clusterRoleBinding("view", [user("system:masters")]), []],
  [
    "a RoleBinding",
    {},
    roleBinding("Role", "reader", [group("system:authenticated")]),
    [denied(0, "Group 'system:authenticated'", "Role 'reader'")],
  ],
  [
    "other subjects",
    { denied: ["Group/system:serviceaccounts"] },
    clusterRoleBinding("view", [group("system:masters")]),
    [],
  ],
  [
    "one of other subjects",
    { denied: ["Group/system:serviceaccounts"] },
    clusterRoleBinding("view", [group("system:serviceaccounts")]),
    [denied(0, "Group 'system:serviceaccounts'")],
  ],
  [
    "all groups with a beginning",
    { denied: ["Group/system:serviceaccounts*"] },
    clusterRoleBinding("view", [
      group("system:serviceaccounts"),
      group("system:serviceaccounts:shop"),
      user("system:serviceaccounts"),
      group("system:nodes"),
    ]),
    [denied(0, "Group 'system:serviceaccounts'"), denied(1, "Group 'system:serviceaccounts:shop'")],
  ],
  ["an allowed binding", { allowedBindings: ["a"] }, clusterRoleBinding("view", [user("system:anonymous")]), []],
  [
    "an allowed beginning",
    { allowedBindings: ["kubeadm:*"] },
    clusterRoleBinding("view", [user("system:anonymous")], "kubeadm:a"),
    [],
  ],
  [
    "another binding",
    { allowedBindings: ["b", "kubeadm:*"] },
    clusterRoleBinding("view", [user("system:anonymous")]),
    [denied(0, "User 'system:anonymous'")],
  ],
])("limitBindingSubjects judges %s with %j", async (_what, options, binding, messages) => {
  expect(await faultsOf(limitBindingSubjects(options), binding)).toEqual(messages);
});

it("limitBindingSubjects denies an added subject only", async () => {
  const before = clusterRoleBinding("view", [group("system:authenticated")]);
  const after = clusterRoleBinding("view", [user("system:anonymous"), group("system:authenticated")]);
  expect(await faultsOf(limitBindingSubjects(), after, before)).toEqual([denied(0, "User 'system:anonymous'")]);
});

it.each(["system:anonymous", "Group/*:nodes", "Group/a**", "User/"])(
  "limitBindingSubjects refuses to deny %j",
  (subject) => {
    expect(() => limitBindingSubjects({ denied: [subject] })).toThrow(
      "options.denied.0 is not User/NAME or Group/NAME, with a * at its end only",
    );
  },
);

it.each<Options>([{}, { denied: ["Group/system:*"], allowedBindings: ["kubeadm:*"] }])(
  "limitBindingSubjects is native with %j",
  (options) => {
    expect(nativeOf(limitBindingSubjects(options))).toBe("yes");
  },
);
